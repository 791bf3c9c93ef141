import {
  type AccessKeyMetadata,
  GetAccessKeyLastUsedCommand,
  IAMClient,
  ListAccessKeysCommand,
  ListUsersCommand,
} from '@aws-sdk/client-iam';
import { operation } from '../../../apis/aws/operation.ts';
import { paged, pages } from '../../../apis/aws/pages.ts';
import type { Session } from '../../../apis/aws/session.ts';
import { type Answer, type Asking, type Endpoint, plain } from './endpoint.ts';

export const listUsers = paged(operation('iam:ListUsers', IAMClient, ListUsersCommand), 'Marker', 'Marker');
const listAccessKeys = paged(operation('iam:ListAccessKeys', IAMClient, ListAccessKeysCommand), 'Marker', 'Marker');
const getLastUsed = operation('iam:GetAccessKeyLastUsed', IAMClient, GetAccessKeyLastUsedCommand);

/** The access keys of every user, and when each was last used. */
export const accessKeys: Endpoint = {
  name: 'access-keys',
  where: 'account',
  operations: [listUsers, listAccessKeys, getLastUsed],
  async *answers(asking) {
    const names = await userNames(asking.aws);
    const lists = await Promise.all(names.map((name) => asking.attempt(keysOf(asking.aws, name))));
    const keys = lists.flatMap((list) => list ?? []);
    // An empty list says that there is no key; without any answer nothing is said.
    if (lists.every((list) => list === undefined) && lists.length > 0) return;
    yield { name: this.name, value: plain({ AccessKeyMetadata: keys }) };
    const uses = await Promise.all(keys.map((key) => lastUse(asking, key)));
    yield* uses.filter((use) => use !== undefined);
  },
};

export async function userNames(aws: Session): Promise<string[]> {
  const names: string[] = [];
  for await (const page of pages(aws, listUsers, {})) names.push(...(page.Users ?? []).flatMap((user) => user.UserName ?? []));
  return names;
}

async function keysOf(aws: Session, UserName: string): Promise<AccessKeyMetadata[]> {
  const keys: AccessKeyMetadata[] = [];
  for await (const page of pages(aws, listAccessKeys, { UserName })) keys.push(...(page.AccessKeyMetadata ?? []));
  return keys;
}

/** The answer of AWS does not say which key it is of; it is put in. */
async function lastUse({ aws, attempt }: Asking, { AccessKeyId }: AccessKeyMetadata): Promise<Answer | undefined> {
  if (!AccessKeyId) return undefined;
  const answer = await attempt(aws.call(getLastUsed, { AccessKeyId }));
  return answer?.AccessKeyLastUsed && { name: `access-key-last-used/${AccessKeyId}`, value: { ...plain(answer), AccessKeyId } };
}
