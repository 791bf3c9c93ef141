import { expect, it } from 'vitest';
import { recordsOf } from '../../../src/collectors/kubernetes/convert.ts';
import { savedObject } from '../../../src/collectors/kubernetes/saved-object.ts';
import { createFingerprinter } from '../../../src/model/fingerprint.ts';

const HIDDEN = 'Sample-Value-4711';
const context = { fingerprint: createFingerprinter('k'.repeat(32)), path: 'f.json', at: '' };
const encoded = Buffer.from(HIDDEN).toString('base64');
const applied = { 'kubectl.kubernetes.io/last-applied-configuration': `{"data":{"password":"${encoded}"}}`, note: HIDDEN };

const container = {
  name: 'web',
  image: 'web',
  args: [`--password=${HIDDEN}`],
  env: [{ name: 'DB_PASSWORD', value: HIDDEN }],
  livenessProbe: { httpGet: { path: '/', httpHeaders: [{ name: 'Authorization', value: HIDDEN }] } },
};
const template = {
  metadata: { annotations: { ...applied, 'vault.hashicorp.com/role': 'web' } },
  spec: { serviceAccountName: 'web', containers: [container] },
};

it.each([
  {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 's', namespace: 'shop', annotations: applied },
    data: { password: encoded },
  },
  {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'c', namespace: 'shop', annotations: applied },
    data: { password: HIDDEN },
    binaryData: { blob: encoded },
  },
  {
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: {
      name: 'web',
      namespace: 'shop',
      annotations: { ...applied, 'eks.amazonaws.com/role-arn': 'arn:aws:iam::111122223333:role/web' },
    },
  },
  {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web', namespace: 'shop', annotations: applied },
    spec: { template },
  },
])('a $kind is saved without a value that it holds, and says the same when it is read again', (object) => {
  const records = recordsOf(object, context) ?? [];
  expect(records).not.toEqual([]);
  const saved = savedObject(object, records);
  for (const value of [HIDDEN, encoded]) expect(JSON.stringify(saved)).not.toContain(value);
  expect(recordsOf(JSON.parse(JSON.stringify(saved)), context)).toEqual(records);
});
