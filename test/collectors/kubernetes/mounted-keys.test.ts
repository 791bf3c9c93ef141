/** Of a Secret whose keys hold several credentials, a container sees those that are mounted into it. */
import { expect, it } from 'vitest';
import { collectingObjects, object } from './sample-cluster.ts';

const secret = object('Secret', 'shop/logins', {
  stringData: { mail_password: 'a-password-of-mail', shop_password: 'a-password-of-shop' },
});

/** What the Deployment reads and uses, without the cluster's name. */
async function used(volume: object, ...containers: (readonly object[])[]): Promise<string[]> {
  const spec = {
    volumes: [{ name: 'v', ...volume }],
    containers: containers.map((mounts, index) => ({
      name: `c${index}`,
      volumeMounts: mounts.map((mount) => ({ name: 'v', mountPath: '/x', ...mount })),
    })),
  };
  const { edges, errors } = await collectingObjects([
    secret,
    object('Deployment', 'shop/web', { spec: { template: { spec } } }, 'apps/v1'),
  ]);
  expect(errors).toEqual([]);
  return edges.flatMap(
    (edge) => /deployments\/web ((?:READS|USES) \S+)$/.exec(edge)?.[1]?.replace('k8s:test/shop/secrets/', '') ?? [],
  );
}

const whole = { secret: { secretName: 'logins' } };
const renamed = {
  secret: {
    secretName: 'logins',
    items: [
      { key: 'mail_password', path: 'mail/it' },
      { key: 'shop_password', path: 'shop' },
    ],
  },
};
const projected = { projected: { sources: [{ secret: { name: 'logins' } }] } };

it.each<[string, object, (readonly object[])[], string[]]>([
  ['all that is mounted whole', whole, [[{}]], ['READS logins']],
  ['all, where no container mounts it yet', whole, [[]], ['READS logins']],
  ['one key by its path', whole, [[{ subPath: 'mail_password' }]], ['USES logins#mail_password']],
  ['the keys of all containers', whole, [[{ subPath: 'mail_password' }], [{ subPath: 'shop_password' }]], ['READS logins']],
  ['all, where one container mounts it whole', whole, [[{ subPath: 'mail_password' }], [{}]], ['READS logins']],
  ['all, where the path is known only when it runs', whole, [[{ subPathExpr: '$(KEY)' }]], ['READS logins']],
  ['all, where the path leads up', whole, [[{ subPath: '..data' }]], ['READS logins']],
  ['no key, where there is none at the path', whole, [[{ subPath: 'gone' }]], []],
  ['a key by the path that it was given', renamed, [[{ subPath: 'shop' }]], ['USES logins#shop_password']],
  ['a key in a folder', renamed, [[{ subPath: 'mail/' }]], ['USES logins#mail_password']],
  ['no key by its name, where it lies elsewhere', renamed, [[{ subPath: 'shop_password' }]], []],
  ['one key of a projected volume', projected, [[{ subPath: 'shop_password' }]], ['USES logins#shop_password']],
])('sees %s', async (_, volume, containers, expected) => {
  expect(await used(volume, ...containers)).toEqual(expected);
});
