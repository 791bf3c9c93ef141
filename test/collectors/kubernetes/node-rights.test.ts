import { expect, it } from 'vitest';
import type { Outcome } from '../../contracts/collecting.ts';
import { collectingObjects, object } from './sample-cluster.ts';

const running = (place: string, node: string, spec: object) =>
  object('Pod', place, { spec: { nodeName: node, containers: [{ name: 'x' }], ...spec }, status: { phase: 'Running' } });

const NODE = 'k8s:cluster/_/users/system:node:n1';

const rightsOf = ({ relationships }: Outcome, user: string): string[] => {
  const permissions = relationships
    .filter(({ source, kind }) => source === user && kind === 'HAS_GRANT')
    .map(({ target }) => target);
  return relationships
    .filter(({ source }) => permissions.includes(source))
    .map(({ kind, target }) => `${kind} ${target}`)
    .sort();
};

it("a node's identity reads the Secrets of its pods and takes tokens of their service accounts, and of no others", async () => {
  const said = await collectingObjects([
    running('shop/a', 'n1', {
      serviceAccountName: 'app',
      volumes: [{ name: 's', secret: { secretName: 'db' } }],
      imagePullSecrets: [{ name: 'other' }],
    }),
    running('ops/b', 'n2', { serviceAccountName: 'robot', volumes: [{ name: 's', secret: { secretName: 'ops' } }] }),
  ]);
  const source = said.relationships.find(({ target }) => target.endsWith('users/system:node:n1'))?.target ?? NODE;
  const cluster = source.slice(0, source.indexOf('/_/'));
  expect(rightsOf(said, source)).toEqual([
    `CAN_CONTROL ${cluster}/shop/serviceaccounts/app`,
    `CAN_READ ${cluster}/shop/secrets/db`,
    `CAN_READ ${cluster}/shop/secrets/other`,
  ]);
});

it('gives nothing to a node that runs nothing', async () => {
  const said = await collectingObjects([object('Node', 'idle')]);
  const idle = said.relationships.find(({ target }) => target.endsWith('users/system:node:idle'))?.target;
  expect(idle).toBeDefined();
  expect(rightsOf(said, idle as string)).toEqual([]);
});
