import { GetAccountAuthorizationDetailsCommand, IAMClient } from '@aws-sdk/client-iam';
import { operation } from '../../../apis/aws/operation.ts';
import { paged, pages } from '../../../apis/aws/pages.ts';
import { isRecord } from '../shapes.ts';
import { type Endpoint, plain } from './endpoint.ts';

const getDetails = paged(
  operation('iam:GetAccountAuthorizationDetails', IAMClient, GetAccountAuthorizationDetailsCommand),
  'Marker',
  'Marker',
);

/** Users, groups, roles and policies with their documents. */
export const authorizationDetails: Endpoint = {
  name: 'account-authorization-details',
  where: 'account',
  operations: [getDetails],
  async *answers({ aws }) {
    let page = 0;
    for await (const answer of pages(aws, getDetails, { MaxItems: 1000 }))
      yield { name: `${this.name}-${++page}`, value: decoded(plain(answer)) as Record<string, unknown> };
  },
};

const DOCUMENTS: ReadonlySet<string> = new Set(['PolicyDocument', 'AssumeRolePolicyDocument', 'Document']);

/** Documents come percent-encoded (RFC 3986); files have them as JSON. What does not decode stays text, and is judged as a policy. */
function decoded(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(decoded);
  if (!isRecord(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [
      key,
      DOCUMENTS.has(key) && typeof inner === 'string' ? documentOf(inner) : decoded(inner),
    ]),
  );
}

function documentOf(text: string): unknown {
  try {
    return JSON.parse(decodeURIComponent(text));
  } catch {
    return text;
  }
}
