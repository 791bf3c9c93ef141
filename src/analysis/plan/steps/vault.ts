/** Vault and OpenBao: secret-ids, tokens, leases, entities, login roles, dynamic and static roles. Commands: `model/vault-actions.ts`. */
import { SECOND_MS } from '../../../model/durations.ts';
import type { StepParameters } from '../../../model/plan.ts';
import {
  isVaultAction,
  VAULT_PARAMETERS,
  type VaultStep,
  vaultCommands,
  vaultLogins,
  vaultSessionOf,
} from '../../../model/vault-actions.ts';
import type { Control } from '../input.ts';
import { credentialField } from './credential-field.ts';
import { awaited, instructed, manual } from './manual.ts';
import type { Subject, System } from './subject.ts';

/** A server of several nodes has its standbys follow within seconds. */
const CALL = { callMs: 2 * SECOND_MS, settleMs: 10 * SECOND_MS };
/** The life of tokens where it is made as short as is of use. */
const SHORT_TTL_S = 300;

type Rest = Pick<Control, 'action' | 'reversibility' | 'probe'> & { readonly parameters: StepParameters };

/** Undefined where the parameters are none that the enforcer takes. */
function control({ action, parameters, ...rest }: Rest): Control | undefined {
  if (!isVaultAction(action)) return undefined;
  const parsed = VAULT_PARAMETERS[action].safeParse(parameters);
  if (!parsed.success) return undefined;
  return { ...CALL, action, parameters, commands: vaultCommands({ action, parameters: parsed.data } as VaultStep), ...rest };
}

const secretIdOf = ({ key }: Subject) => {
  const [, mount, role, accessor] = /^vault:[^/]+\/auth\/(.+)\/role\/([^/]+)\/secret-id\/([^/]+)$/.exec(key) ?? [];
  return mount && role && accessor ? { what: 'secret-id', mount, role, accessor } : undefined;
};

const roleOf = (key: string): { readonly mount: string; readonly role: string } | undefined => {
  const [, mount, role] = /^vault:[^/]+\/auth\/(.+)\/role\/([^/]+)$/.exec(key) ?? [];
  return mount && role ? { mount, role } : undefined;
};

const entityIdOf = ({ key, entity }: Subject): string | undefined => {
  const own = /^vault:[^/]+\/identity\/entity\/([^/]+)$/.exec(key)?.[1];
  const logsInAs = entity?.properties['entityId'];
  return own ?? (roleOf(key) && typeof logsInAs === 'string' ? logsInAs : undefined);
};

const textsIn = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((one): one is string => typeof one === 'string') : [];

function secretIdEnded(subject: Subject, action: 'revoke' | 'delete'): Control | undefined {
  const parameters = secretIdOf(subject);
  return (
    parameters &&
    control({
      action,
      parameters,
      reversibility: 'R2',
      probe: 'the accessor is not known any more; tokens that it logged in for live until they are revoked',
    })
  );
}

/** Policies that nobody else holds bind live tokens too, and come back byte for byte; else the entity; else later logins. */
function identityDenied(subject: Subject, action: 'quarantine' | 'disable'): Control | undefined {
  const policies = textsIn(subject.entity?.properties['ownPolicies']).sort();
  if (policies.length > 0) {
    return control({
      action,
      parameters: { what: 'policy', policies },
      reversibility: 'R1',
      probe:
        'the policies that only it holds grant nothing: its calls end in "permission denied", also those of tokens that are out',
    });
  }
  const id = entityIdOf(subject);
  if (id !== undefined) {
    return control({
      action,
      parameters: { what: 'entity', id },
      // Enabling an entity revives the very tokens that were stolen.
      reversibility: action === 'quarantine' ? 'R!' : 'R0',
      probe: 'the entity reads disabled: its tokens and its logins are refused; leases that were issued before live on',
    });
  }
  const role = roleOf(subject.key);
  return (
    role &&
    control({
      action,
      parameters: { what: 'role', ...role },
      reversibility: 'R1',
      probe: 'the role reads no policies: later logins may nothing; revoke the tokens that are out',
    })
  );
}

/** A dynamic role's logins, all at once; what a static role holds is made another. */
function issuedEnded({ key }: Subject): Control | undefined {
  const prefix = /^vault:[^/]+\/(.+\/creds\/.+)\/issued$/.exec(key)?.[1];
  if (prefix !== undefined) {
    return control({
      action: 'revoke',
      parameters: { what: 'leases', prefix },
      reversibility: 'R2',
      probe: 'no lease is left below the prefix; connections that are open at the backend stay until they close',
    });
  }
  const [, mount, role] = /^vault:[^/]+\/(.+)\/static-roles\/([^/]+)\/password$/.exec(key) ?? [];
  if (!mount || !role) return undefined;
  return control({
    action: 'rotate',
    parameters: { what: 'static-role', mount, role },
    reversibility: 'R2',
    probe: 'last_vault_rotation is later than it was before; sessions that are open at the database stay until they close',
  });
}

export const vault: System = {
  ...manual,
  name: 'vault',
  contain: (subject) =>
    secretIdEnded(subject, 'revoke') ?? issuedEnded(subject) ?? identityDenied(subject, 'quarantine') ?? manual.contain(subject),
  denyIdentity: (identity) => identityDenied(identity, 'quarantine'),
  /** A login role says whom it takes as a whole: it is emptied for all of them. Tokens that are out live on. */
  untrust({ key }) {
    const role = roleOf(key);
    const emptied =
      role &&
      control({
        action: 'quarantine',
        parameters: { what: 'role', ...role },
        reversibility: 'R1',
        probe: 'the role reads no policies: later logins may nothing; revoke the tokens that are out',
      });
    return emptied && { ...emptied, endsTarget: true };
  },
  endSessions(session, identity) {
    if (!vaultSessionOf(session.key)) return manual.endSessions?.(session, identity);
    return control({
      action: 'revoke',
      parameters: { what: 'sessions', sessions: [session.key] },
      reversibility: 'R2',
      probe: 'neither the accessors nor the leases are known any more; children of the tokens died with them',
    });
  },
  shorten(subject) {
    const role = roleOf(subject.key);
    return (
      role &&
      control({
        action: 'shorten',
        parameters: { what: 'role', ...role, tokenTtl: SHORT_TTL_S },
        reversibility: 'R1',
        probe: `the role reads token_ttl and token_max_ttl ${SHORT_TTL_S}; tokens that are out keep their time`,
      })
    );
  },
  issue(subject, replacement) {
    const found = secretIdOf(subject);
    if (!found) return manual.issue(subject, replacement);
    return control({
      action: 'issue',
      parameters: { what: 'secret-id', mount: found.mount, role: found.role },
      reversibility: 'R0',
      probe: 'the role lists one secret-id more',
    });
  },
  /** A role may have many secret-ids, each with a mark of its own, by which its logins are told apart; their rights are the role's. */
  issueOwn(subject) {
    if (!secretIdOf(subject)) return undefined;
    const control = vault.issue(subject, { places: [], consumers: [], unexplained: [] });
    return control && { control, rights: 'those of the AppRole, which all its secret-ids have' };
  },
  confirm(subject, replacement) {
    const found = secretIdOf(subject);
    if (!found) return manual.confirm(subject, replacement);
    const look = vaultLogins(found);
    return awaited(subject, replacement, { apply: look, inverse: '', probe: look });
  },
  deliver({ entity }, credential) {
    const { mount, path, kvVersion } = entity?.properties ?? {};
    if (typeof mount !== 'string' || typeof path !== 'string' || kvVersion !== 2) return undefined;
    return control({
      action: 'distribute',
      parameters: { what: 'kv', mount, path, field: credentialField(path, credential.key) },
      reversibility: 'R1',
      probe: 'the field of the newest version is the new value; whoever read the old version keeps it until it reads again',
    });
  },
  disable(subject) {
    const found = secretIdOf(subject);
    if (!found) return identityDenied(subject, 'disable') ?? manual.disable(subject);
    const watched = instructed({
      action: 'disable',
      reversibility: 'R0',
      text: `no server can disable a secret-id, only destroy it, which is the last step: see that nobody logs in with ${subject.key} any more`,
      look: 'since its consumers moved, no login but by the secret-ids that were issued, whose marks their steps name',
      parameters: { credential: subject.key },
    });
    return { ...watched, commands: { ...watched.commands, probe: vaultLogins(found) } };
  },
  delete: (subject) => secretIdEnded(subject, 'delete') ?? manual.delete(subject),
};
