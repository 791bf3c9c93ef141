import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { isChange } from '../../../src/collectors/cloudtrail/changes.ts';
import { clientFamily } from '../../../src/collectors/cloudtrail/client-family.ts';
import { answerTime, type Fields, trailEvent } from '../../../src/collectors/cloudtrail/event.ts';
import { touchedBy } from '../../../src/collectors/cloudtrail/touched.ts';

const cases = <T>(name: string): T =>
  JSON.parse(readFileSync(new URL(`../../cases/collectors/cloudtrail/${name}.json`, import.meta.url), 'utf8')) as T;

interface TouchedCase {
  readonly name: string;
  readonly event: {
    service: string;
    name: string;
    callerArn?: string;
    resources?: string[];
    request?: Fields;
    response?: Fields;
  };
  readonly touched: readonly string[];
}

it.each(cases<[string, string][]>('client-family'))('takes %j for %s', (agent, family) => {
  expect(clientFamily(agent)).toBe(family);
});

it.each(cases<TouchedCase[]>('touched'))(
  'knows what a call is about: $name',
  ({ event: { service, name, callerArn, resources, request, response }, touched }) => {
    const event = trailEvent({
      eventTime: '2026-01-05T10:00:00Z',
      eventSource: `${service}.amazonaws.com`,
      eventName: name,
      awsRegion: 'eu-west-1',
      recipientAccountId: '111122223333',
      userIdentity: { type: 'IAMUser', arn: callerArn ?? 'arn:aws:iam::111122223333:user/x' },
      resources: resources?.map((ARN) => ({ ARN })),
      requestParameters: request,
      responseElements: response,
    });
    const found = touchedBy(event!).map(
      ({ entity, guessed }) => `${entity.kind} ${entity.key}${guessed ? ` guessed ${guessed.kind}/${guessed.name}` : ''}`,
    );
    expect(found).toEqual(touched);
  },
);

it.each([
  ['Jul 30, 2024, 9:46:15 PM', '2024-07-30T21:46:15.000Z'],
  ['Jul 30, 2024 12:00:00 AM', '2024-07-30T00:00:00.000Z'],
  ['Jul 30, 2024, 12:00:00\u202fPM', '2024-07-30T12:00:00.000Z'],
  ['2024-07-30T21:46:15Z', '2024-07-30T21:46:15.000Z'],
  ['Xyz 30, 2024, 9:46:15 PM', undefined],
  [7, undefined],
])('reads the time %j of an answer', (value, at) => {
  expect(answerTime(value)).toBe(at);
});

it('tells calls that leave something behind from calls that look', () => {
  expect(['iam:CreateAccessKey', 'lambda:UpdateFunctionCode', 'ec2:RunInstances'].every(isChange)).toBe(true);
  expect(['iam:GetUser', 'lambda:CreateAccessKey', 'iam:', ''].some(isChange)).toBe(false);
});

it.each([
  ['no time', { eventTime: undefined }],
  ['another kind of notification', { eventSource: 'aws:s3' }],
  ['no account', { recipientAccountId: undefined }],
  ['no identity', { userIdentity: undefined }],
])('takes a record with %s for no event', (_, changed) => {
  const whole = {
    eventTime: '2026-01-05T10:00:00Z',
    eventSource: 's3.amazonaws.com',
    eventName: 'X',
    recipientAccountId: '1',
    userIdentity: {},
  };
  expect(trailEvent(whole)).toBeDefined();
  expect(trailEvent({ ...whole, ...changed })).toBeUndefined();
});
