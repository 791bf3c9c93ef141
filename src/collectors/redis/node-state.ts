/** What is known of one node, without a secret: the form in which `--save` keeps it, and to which every other form is brought. */
import { z } from 'zod';
import { passwordHash } from '../../apis/redis/acl.ts';
import type { Fingerprint, Fingerprinter } from '../../model/fingerprint.ts';

const fingerprintText = z.templateLiteral(['fp:', z.string()]);

/** A password that the server keeps in the clear: by its value, and by its hash as users have it. */
const heldPassword = z.object({ value: fingerprintText, hash: fingerprintText });

export const nodeState = z.object({
  /** `host:port`, or the file that tells of it. */
  node: z.string().min(1),
  /** When it was asked. */
  at: z.iso.datetime().optional(),
  /** Of a text that never changes: another one means another fingerprint key, under which no password would be known again. */
  check: fingerprintText.optional(),
  /** Lines of ACL LIST, with `#fp:…` in place of hashes. */
  users: z.array(z.string()).optional(),
  /** Lines of CLIENT LIST. */
  clients: z.array(z.string()).optional(),
  settings: z
    .object({
      bind: z.string().optional(),
      protectedMode: z.boolean().optional(),
      protectedConfigs: z.boolean().optional(),
      modules: z.boolean().optional(),
      debug: z.boolean().optional(),
      requirepass: heldPassword.optional(),
      masterauth: heldPassword.optional(),
      masteruser: z.string().optional(),
    })
    .optional(),
});

export type NodeState = z.infer<typeof nodeState>;
export type NodeSettings = NonNullable<NodeState['settings']>;
export type HeldPassword = z.infer<typeof heldPassword>;

export const checkOf = (fingerprint: Fingerprinter): Fingerprint => fingerprint('interlock: check of saved Redis users');

export const heldBy = (password: string, fingerprint: Fingerprinter): HeldPassword => ({
  value: fingerprint(password),
  hash: fingerprint(passwordHash(password)),
});

/** A rule about a password names its hash or, in ACL files, the password itself. Both become the fingerprint of the hash. */
export function withoutHashes(line: string, fingerprint: Fingerprinter): string {
  return line
    .trim()
    .split(/ +/)
    .map((word, at) => (at < 2 ? word : scrubbed(word, fingerprint)))
    .join(' ');
}

function scrubbed(word: string, fingerprint: Fingerprinter): string {
  const [sign, text] = [word[0], word.slice(1)];
  if (sign === '>' || sign === '<') return `${sign === '>' ? '#' : '!'}${fingerprint(passwordHash(text))}`;
  if ((sign === '#' || sign === '!') && !text.startsWith('fp:')) return `${sign}${fingerprint(text.toLowerCase())}`;
  return word;
}
