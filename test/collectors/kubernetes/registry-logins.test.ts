import { expect, it } from 'vitest';
import { secretValues } from '../../../src/collectors/kubernetes/held-values.ts';
import { createFingerprinter } from '../../../src/model/fingerprint.ts';
import { SAMPLE_KEY } from '../../contracts/collecting.ts';

const fingerprint = createFingerprinter(SAMPLE_KEY);
const auth = Buffer.from('robot:a-password:of-it').toString('base64');
const held = (type: string, name: string, content: unknown) =>
  secretValues({ type, values: new Map([[name, JSON.stringify(content)]]), annotations: new Map() }, fingerprint);

const of = (host: string, password: string) => ({
  type: 'value',
  name: host,
  fingerprint: fingerprint(password),
  what: 'registry password',
});

it('finds the passwords of registries in both forms of a login file', () => {
  const logins = {
    'registry.example': { username: 'ann', password: 'plain-password', email: 'ann@example.com' },
    'other.example': { auth },
    'empty.example': {},
    'null.example': null,
  };
  const expected = [of('registry.example', 'plain-password'), of('other.example', 'a-password:of-it')];
  expect(held('kubernetes.io/dockerconfigjson', '.dockerconfigjson', { auths: logins })).toEqual(expected);
  expect(held('kubernetes.io/dockercfg', '.dockercfg', logins)).toEqual(expected);
});

it.each([null, [], 7, 'text', { auths: 'x' }, { auths: null }])('takes %j for no logins', (content) => {
  expect(held('kubernetes.io/dockerconfigjson', '.dockerconfigjson', content)).toEqual([]);
  expect(held('kubernetes.io/dockercfg', '.dockercfg', content)).toEqual([]);
});
