/** Some systems replace a proof by an identity of another name: whoever gets the new value needs that name with it. */
import { expect, it } from 'vitest';
import type { Entity } from '../../../src/model/entity.ts';
import { planOf, stepsOf } from './asked-plan.ts';

const PASSWORD = 'rabbitmq:mq/users/shop/password';
const SECRET = 'k8s:prod/shop/secrets/broker';
const CHECKOUT = 'k8s:prod/shop/deployments/checkout';

const rotation = (keys: readonly string[]) =>
  stepsOf(
    planOf({
      mode: 'retire',
      targets: [PASSWORD],
      entities: {
        [PASSWORD]: 'Credential',
        'rabbitmq:mq/users/shop': 'ServiceAccount',
        [SECRET]: 'Secret',
        [CHECKOUT]: 'Workload',
      },
      relationships: [
        `${PASSWORD} AUTHENTICATES_AS rabbitmq:mq/users/shop entitled`,
        `${CHECKOUT} USES ${PASSWORD} observed`,
        `${SECRET} EXPOSES ${PASSWORD} observed`,
        `${CHECKOUT} READS ${SECRET} declared`,
      ],
      connectorOf: (key, { byHand }) => (byHand ? 'manual' : key.split(':', 1)[0]!),
      facts: {
        entity: (key) =>
          key === SECRET
            ? ({ key, kind: 'Secret', name: 'broker', provider: 'k8s', properties: { keys } } as unknown as Entity)
            : undefined,
      },
    }),
  );

const handed = (keys: readonly string[]) =>
  rotation(keys)
    .filter(({ action }) => action === 'issue' || action === 'distribute')
    .map(({ action, connector, parameters }) => [action, connector, parameters['also']]);

it('writes the name of the new user beside its password', () => {
  expect(handed(['username', 'password'])).toEqual([
    ['issue', 'rabbitmq', undefined],
    ['distribute', 'k8s', ['username=user']],
  ]);
});

it('leaves the rotation to a person where a place has no room for the name', () => {
  expect(handed(['password'])).toEqual([
    ['issue', 'manual', undefined],
    ['distribute', 'manual', undefined],
  ]);
});
