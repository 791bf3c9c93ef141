/**
 * Answers of IAM that speak of a user's other credentials: `list-signing-certificates`, `list-service-specific-credentials`,
 * `list-ssh-public-keys`, `get-login-profile`. They name the user without its account.
 */
import { z } from 'zod';
import { InputError } from '../../model/errors.ts';
import type { Collected } from '../../ports/collector.ts';
import { nameOf, shaped } from '../files/shape.ts';
import { timeOf } from './convert.ts';
import type { UserCredential } from './inventory.ts';
import { accountOfUser, type Row } from './row.ts';

const time = z.union([z.string(), z.number()]).nullish();
const described = { UserName: z.string(), Status: z.string() };

interface ListReader {
  readonly shape: z.ZodType;
  readonly credentialOf: (row: never) => UserCredential;
}

const listReader = <S extends z.ZodType>(shape: S, credentialOf: (row: z.infer<S>) => UserCredential): ListReader => ({
  shape,
  credentialOf: credentialOf as ListReader['credentialOf'],
});

const LISTS: Readonly<Record<string, ListReader>> = {
  Certificates: listReader(z.object({ ...described, CertificateId: z.string(), UploadDate: time }), (raw) => ({
    id: raw.CertificateId,
    type: 'signing-certificate',
    ...common(raw, raw.UploadDate),
  })),
  SSHPublicKeys: listReader(z.object({ ...described, SSHPublicKeyId: z.string(), UploadDate: time }), (raw) => ({
    id: raw.SSHPublicKeyId,
    type: 'ssh-public-key',
    service: 'codecommit',
    ...common(raw, raw.UploadDate),
  })),
  ServiceSpecificCredentials: listReader(
    z.object({
      ...described,
      ServiceSpecificCredentialId: z.string(),
      ServiceName: z.string(),
      CreateDate: time,
      ExpirationDate: time,
    }),
    (raw) => ({
      id: raw.ServiceSpecificCredentialId,
      type: 'service-specific',
      service: raw.ServiceName.split('.', 1)[0] ?? raw.ServiceName,
      ...common(raw, raw.CreateDate),
      ...timed('expiresAt', raw.ExpirationDate),
    }),
  ),
};

const loginProfile = z.object({ UserName: z.string(), CreateDate: time });

const timed = (key: 'createdAt' | 'expiresAt', value: unknown): Partial<UserCredential> => {
  const found = timeOf(value);
  return found === undefined ? {} : { [key]: found };
};

const common = ({ UserName, Status }: { UserName: string; Status: string }, created: unknown) => ({
  user: UserName,
  active: Status === 'Active',
  ...timed('createdAt', created),
});

export const speaksOfUsers = (value: Readonly<Record<string, unknown>>): boolean =>
  Object.hasOwn(value, 'LoginProfile') || Object.keys(LISTS).some((key) => Object.hasOwn(value, key));

/** A wrong entry is an error of its own. */
export function* readUserAnswer(
  row: Row,
  value: Readonly<Record<string, unknown>>,
  failed: (text: string) => Collected,
): Generator<Collected> {
  for (const take of takings(row, value)) {
    try {
      take();
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      yield failed(error.message);
    }
  }
}

function* takings(row: Row, value: Readonly<Record<string, unknown>>): Generator<() => void> {
  const { path } = row.file;
  if (Object.hasOwn(value, 'LoginProfile'))
    yield () => {
      const raw = shaped(loginProfile, value['LoginProfile'], { path, at: 'LoginProfile' });
      accountNamed(row, raw.UserName).loginProfiles.set(raw.UserName, timed('createdAt', raw.CreateDate));
    };
  for (const [key, reader] of Object.entries(LISTS)) {
    if (!Object.hasOwn(value, key)) continue;
    const list = value[key];
    if (!Array.isArray(list))
      yield () => {
        throw new InputError(`${path}: ${key}: expected a list, found ${nameOf(list)}`);
      };
    else
      for (const [index, entry] of list.entries())
        yield () => {
          const credential = reader.credentialOf(shaped(reader.shape, entry, { path, at: `${key}[${index}]` }) as never);
          accountNamed(row, credential.user).credentials.set(credential.id, credential);
        };
  }
}

const accountNamed = (row: Row, user: string) => row.reading.inventory.account(accountOfUser(row, user));
