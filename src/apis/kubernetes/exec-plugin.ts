/** A program that hands out credentials. https://kubernetes.io/docs/reference/access-authn-authz/authentication/#client-go-credential-plugins */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { z } from 'zod';
import { InputError } from '../../model/errors.ts';
import type { ExecPlugin } from './kubeconfig.ts';

const run = promisify(execFile);
const TIMEOUT_MS = 60_000;
const MOST_SAID = 1024 * 1024;

const answerShape = z.object({
  kind: z.literal('ExecCredential'),
  status: z.object({
    token: z.string().min(1).optional(),
    clientCertificateData: z.string().min(1).optional(),
    clientKeyData: z.string().min(1).optional(),
  }),
});

export interface PluginCredential {
  readonly token?: string | undefined;
  /** PEM. */
  readonly certificate?: string | undefined;
  readonly key?: string | undefined;
}

export interface PluginRun {
  /** The variables that the program is started with, before its own. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
}

/** Throws an InputError that names the command, and nothing of what it said: that may be a credential. */
export async function pluginCredential(plugin: ExecPlugin, { environment, signal }: PluginRun): Promise<PluginCredential> {
  const { apiVersion, command, args, env: own } = plugin;
  const info = { apiVersion, kind: 'ExecCredential', spec: { interactive: false } };
  const added = Object.fromEntries((own ?? []).map(({ name, value }) => [name, value]));
  let said: string;
  try {
    const env = { ...environment, ...added, KUBERNETES_EXEC_INFO: JSON.stringify(info) };
    ({ stdout: said } = await run(command, args ?? [], { env, timeout: TIMEOUT_MS, signal, maxBuffer: MOST_SAID }));
  } catch (error) {
    signal.throwIfAborted();
    const { code } = error as { code?: unknown };
    const why = code === 'ENOENT' ? 'is not installed' : typeof code === 'number' ? `ended with ${code}` : 'did not end well';
    throw new InputError(`the credential plugin ${command} ${why}`);
  }
  const answer = answerShape.safeParse(jsonOf(said));
  if (!answer.success) throw new InputError(`the credential plugin ${command} gave no ExecCredential`);
  const { token, clientCertificateData, clientKeyData } = answer.data.status;
  return { token, certificate: clientCertificateData, key: clientKeyData };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
