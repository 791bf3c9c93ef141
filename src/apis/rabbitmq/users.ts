import { z } from 'zod';
import { connectionsPath, userPath } from '../../model/rabbitmq-actions.ts';
import {
  type Connection,
  connection,
  type Management,
  type Permission,
  permission,
  type TopicPermission,
  topicPermission,
  type UserDefinition,
  userDefinition,
} from './management.ts';

/** A user as the broker keeps it. Holds its password's hash: a secret. */
export interface RabbitmqUser {
  readonly definition: UserDefinition;
  readonly permissions: readonly Permission[];
  readonly topicPermissions: readonly TopicPermission[];
}

/** Needs the tag administrator. */
export async function readUser(api: Management, user: string): Promise<RabbitmqUser | undefined> {
  const definition = await api.find(userPath(user), userDefinition);
  if (!definition) return undefined;
  return {
    definition,
    permissions: (await api.find(`${userPath(user)}/permissions`, z.array(permission))) ?? [],
    topicPermissions: (await api.find(`${userPath(user)}/topic-permissions`, z.array(topicPermission))) ?? [],
  };
}

/** With protocol and begin. A new one is listed after up to five seconds. */
export const allConnections = (api: Management): Promise<Connection[]> => api.read('/connections', z.array(connection));

/** Names and little more. Before 3.10 there is no list of one user. */
export async function connectionsOf(api: Management, user: string): Promise<Connection[]> {
  const listed = await api.find(connectionsPath(user), z.array(connection));
  const all = listed ?? (await allConnections(api));
  return all.filter((one) => one.user === user && one.name !== '');
}
