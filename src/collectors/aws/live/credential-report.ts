import { GenerateCredentialReportCommand, GetCredentialReportCommand, IAMClient } from '@aws-sdk/client-iam';
import { operation } from '../../../apis/aws/operation.ts';
import { InputError } from '../../../model/errors.ts';
import { type Endpoint, plain } from './endpoint.ts';

const generateReport = operation('iam:GenerateCredentialReport', IAMClient, GenerateCredentialReportCommand);
const getReport = operation('iam:GetCredentialReport', IAMClient, GetCredentialReportCommand);

/** AWS makes a report within seconds, and hands out the same one for four hours. */
const PAUSE_MS = 1000;
const MOST_PAUSES = 60;

export const credentialReport: Endpoint = {
  name: 'credential-report',
  where: 'account',
  operations: [generateReport, getReport],
  async *answers({ aws, pause }) {
    for (let waited = 0; waited < MOST_PAUSES; waited++) {
      const { State } = await aws.call(generateReport, {});
      if (State === 'COMPLETE') {
        yield { name: this.name, value: plain(await aws.call(getReport, {})) };
        return;
      }
      await pause(PAUSE_MS);
    }
    throw new InputError(`${generateReport.permission}: no report after ${MOST_PAUSES} s in account ${aws.account}`);
  },
};
