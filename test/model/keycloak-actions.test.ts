import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type KeycloakAction,
  keycloakCommands,
  keycloakControl,
  keycloakRoleOf,
  parseKeycloakStep,
} from '../../src/model/keycloak-actions.ts';

const NAMES = ['bot', `it's "a" $(id) \`id\` %s \\n ${String.fromCharCode(0x20ac)}`];
const ROLE = 'keycloak:s/realms/shop/clients/orders#roles/writer';

/** Stands in for Keycloak's own tool: it says an id, and writes down the words and the input that it was given. */
const TOOL = `#!/bin/sh
case "$*" in *--fields\\ id\\ --format*) echo an-id; exit;; esac
for word do printf '%s\\0' "$word"; done >>"$LOG"
case "$*" in *-f\\ -*) cat >>"$LOG"; printf '\\0' >>"$LOG";; esac
`;

describe('the commands of Keycloak steps', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'interlock-kcadm-'));
    writeFileSync(join(folder, 'kcadm.sh'), TOOL);
    chmodSync(join(folder, 'kcadm.sh'), 0o755);
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  function ran(command: string, input = ''): string[] {
    const log = join(folder, 'log');
    rmSync(log, { force: true });
    writeFileSync(log, '');
    const env = { PATH: `${folder}${delimiter}${process.env['PATH']}`, LOG: log };
    execFileSync('/bin/bash', ['--norc', '-c', command], { env, input, cwd: folder });
    return readFileSync(log, 'utf8').split('\0').slice(0, -1);
  }
  const commandsOf = (action: KeycloakAction, parameters: object) =>
    keycloakCommands(parseKeycloakStep(action, { realm: 'shop', ...parameters }));

  it.each(NAMES)('change the client %j and no other thing', (client) => {
    const body = (words: string[]): unknown => JSON.parse(words[words.indexOf('-b') + 1] as string);
    const { apply, inverse } = commandsOf('quarantine', { client });
    expect(ran(apply).slice(0, 4)).toEqual(['update', 'clients/an-id', '-r', 'shop']);
    expect([body(ran(apply)), body(ran(inverse))]).toEqual([
      { clientId: client, enabled: false },
      { clientId: client, enabled: true },
    ]);
    const shorter = commandsOf('shorten', { client, accessTokenSeconds: 60 });
    expect(body(ran(shorter.apply))).toEqual({ clientId: client, attributes: { 'access.token.lifespan': '60' } });
  });

  it.each(NAMES)('cut off the client %j by a time in the body, and rotate it by a value that is no word', (client) => {
    const cut = ran(commandsOf('block', { client }).apply);
    expect(JSON.parse(cut.at(-1) as string)).toEqual({ clientId: client, notBefore: expect.any(Number) });
    const rotated = ran(commandsOf('rotate', { client }).apply, 'a-new-value\n');
    expect(JSON.parse(rotated.at(-1) as string)).toEqual({ clientId: client, secret: 'a-new-value' });
    expect(rotated.slice(0, -1).join()).not.toContain('a-new-value');
  });

  it('log a user out after it was disabled', () => {
    const words = ran(commandsOf('quarantine', { user: 'ann' }).apply);
    expect(words.filter((word) => /^(update|create|users\/)/.test(word))).toEqual([
      'update',
      'users/an-id',
      'create',
      'users/an-id/logout',
    ]);
  });

  it('take a role of a client away, and give it back', () => {
    const { apply, inverse } = commandsOf('reduce', { client: 'Bot', roles: [ROLE] });
    expect(ran(apply)).toEqual([
      'remove-roles',
      '-r',
      'shop',
      '--uusername',
      'service-account-bot',
      '--cclientid',
      'orders',
      '--rolename',
      'writer',
    ]);
    expect(ran(inverse)[0]).toBe('add-roles');
  });

  it('begin comments where nothing is to be pasted', () => {
    expect(commandsOf('issue', { client: 'a\nrm -rf /' }).inverse).toMatch(/^# [^\n]*$/);
    expect(commandsOf('block', { client: 'a\nb' }).inverse).toBe('');
  });
});

describe('Keycloak steps', () => {
  it.each([
    ['quarantine', {}, 'client'],
    ['quarantine', { client: 'a', user: 'b' }, 'Unrecognized'],
    ['disable', { client: 'a', secret: 'current' }, 'secret'],
    ['shorten', { client: 'a', accessTokenSeconds: 0 }, 'accessTokenSeconds'],
    ['reduce', { client: 'a', roles: [] }, 'roles'],
    ['delete', { user: 'a' }, 'client'],
  ] as const)('%s refuses %j', (action, parameters, named) => {
    expect(() => parseKeycloakStep(action, { realm: 'shop', ...parameters })).toThrow(named);
  });

  it('share a hold where they work on one control', () => {
    const control = (action: KeycloakAction, more: object): string =>
      keycloakControl(parseKeycloakStep(action, { realm: 'shop', ...more }));
    expect(control('quarantine', { client: 'a' })).toBe(control('disable', { client: 'a' }));
    expect(control('rotate', { client: 'a' })).toBe(control('issue', { client: 'a' }));
    expect(control('block', { client: 'a' })).not.toBe(control('block', { user: 'a' }));
    expect(control('disable', { client: 'a', secret: 'rotated' })).not.toBe(control('disable', { client: 'a' }));
  });

  it('know a role by its key, with the source and the realm that it is of', () => {
    expect(keycloakRoleOf(ROLE)).toEqual({ source: 's', realm: 'shop', client: 'orders', role: 'writer' });
    expect(keycloakRoleOf('keycloak:s/realms/shop/roles/a/b')).toEqual({ source: 's', realm: 'shop', role: 'a/b' });
    expect(keycloakRoleOf('keycloak:s/realms/shop/clients/orders')).toBeUndefined();
  });
});
