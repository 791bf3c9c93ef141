/** Everything that is asked, in the order in which it is read. A new endpoint is a file and a line here. */
import { assumeRole, getCallerIdentity } from '../../../apis/aws/connection.ts';
import { accessKeys } from './access-keys.ts';
import { authorizationDetails } from './authorization-details.ts';
import { buckets } from './buckets.ts';
import { builds } from './builds.ts';
import { credentialReport } from './credential-report.ts';
import type { Endpoint } from './endpoint.ts';
import { functions } from './functions.ts';
import { identityCenter } from './identity-center.ts';
import { instances } from './instances.ts';
import { jobs } from './jobs.ts';
import { keys } from './keys.ts';
import { lastAccessed } from './last-accessed.ts';
import { organization } from './organization.ts';
import { parameters } from './parameters.ts';
import { queues } from './queues.ts';
import { aggregatedThings, recordedThings } from './recorded-things.ts';
import { describeRegions } from './regions.ts';
import { secrets } from './secrets.ts';
import { taskDefinitions } from './task-definitions.ts';
import { topics } from './topics.ts';
import { userCredentials } from './user-credentials.ts';

/** Asked in every account that is entered. */
export const endpoints: readonly Endpoint[] = [
  authorizationDetails,
  credentialReport,
  accessKeys,
  userCredentials,
  lastAccessed,
  buckets,
  recordedThings,
  functions,
  instances,
  taskDefinitions,
  secrets,
  parameters,
  keys,
  queues,
  topics,
  builds,
  jobs,
];

/** Asked in the own account, if the settings say so. */
export const ownEndpoints = { organization, identityCenter, aggregatedThings };

/** Every right that a collection may use. */
export const permissions = (): string[] =>
  [
    getCallerIdentity,
    assumeRole,
    describeRegions,
    ...[...endpoints, organization, identityCenter, aggregatedThings('')].flatMap((endpoint) => endpoint.operations),
  ].map(({ permission }) => permission);
