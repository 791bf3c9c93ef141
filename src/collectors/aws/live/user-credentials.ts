import {
  GetLoginProfileCommand,
  IAMClient,
  ListServiceSpecificCredentialsCommand,
  ListSigningCertificatesCommand,
  ListSSHPublicKeysCommand,
} from '@aws-sdk/client-iam';
import { operation } from '../../../apis/aws/operation.ts';
import { paged, pages } from '../../../apis/aws/pages.ts';
import { listUsers, userNames } from './access-keys.ts';
import { type Asking, type Endpoint, plain } from './endpoint.ts';

const getLoginProfile = operation('iam:GetLoginProfile', IAMClient, GetLoginProfileCommand);
const listCertificates = paged(
  operation('iam:ListSigningCertificates', IAMClient, ListSigningCertificatesCommand),
  'Marker',
  'Marker',
);
const listSshKeys = paged(operation('iam:ListSSHPublicKeys', IAMClient, ListSSHPublicKeysCommand), 'Marker', 'Marker');
const listServiceCredentials = paged(
  operation('iam:ListServiceSpecificCredentials', IAMClient, ListServiceSpecificCredentialsCommand),
  'Marker',
  'Marker',
);

/** What users prove themselves with besides access keys: console passwords, certificates, SSH keys, credentials of one service. */
export const userCredentials: Endpoint = {
  name: 'user-credentials',
  where: 'account',
  operations: [listUsers, getLoginProfile, listCertificates, listSshKeys, listServiceCredentials],
  async *answers(asking) {
    const names = await userNames(asking.aws);
    const profiles = await Promise.all(
      names.map(async (UserName) => ({ UserName, answer: await asking.attempt(asking.aws.call(getLoginProfile, { UserName })) })),
    );
    for (const { UserName, answer } of profiles)
      if (answer?.LoginProfile) yield { name: `login-profiles/${fileName(UserName)}`, value: plain(answer) };
    const lists = { Certificates: certificatesOf, SSHPublicKeys: sshKeysOf, ServiceSpecificCredentials: serviceCredentialsOf };
    for (const [key, list] of Object.entries(lists)) {
      const found = await Promise.all(names.map((name) => asking.attempt(list(asking, name))));
      const all = found.flatMap((some) => some ?? []);
      if (all.length > 0) yield { name: key.toLowerCase(), value: plain({ [key]: all }) };
    }
  },
};

/** IAM takes `+=,.@_-` in names; a file system takes all of these but, somewhere, case. */
const fileName = (user: string): string => `${user.replace(/[^\w.@-]/g, '_')}-${Buffer.from(user).toString('hex').slice(0, 40)}`;

async function certificatesOf({ aws }: Asking, UserName: string): Promise<object[]> {
  const found: object[] = [];
  for await (const { Certificates = [] } of pages(aws, listCertificates, { UserName }))
    found.push(...Certificates.map(({ CertificateBody: _, ...rest }) => rest));
  return found;
}

async function sshKeysOf({ aws }: Asking, UserName: string): Promise<object[]> {
  const found: object[] = [];
  for await (const page of pages(aws, listSshKeys, { UserName })) found.push(...(page.SSHPublicKeys ?? []));
  return found;
}

async function serviceCredentialsOf({ aws }: Asking, UserName: string): Promise<object[]> {
  const found: object[] = [];
  for await (const page of pages(aws, listServiceCredentials, { UserName }))
    found.push(...(page.ServiceSpecificCredentials ?? []));
  return found;
}
