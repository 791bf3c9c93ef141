/** Machines: whoever runs commands on one has its instance profile. */
import { docs, type WorkloadPath } from '../workload-path.ts';

const instance = { types: ['AWS::EC2::Instance'], startsFirst: 'ec2:StartInstances' } as const;
/** AWS's own documents that run what the caller writes. */
const SCRIPTS = ['AWS-RunShellScript', 'AWS-RunPowerShellScript', 'AWS-RunRemoteScript', 'AWS-RunDocument'].map(
  (name) => `arn:aws:ssm:{region}::document/${name}`,
);

export const INSTANCE_ROWS: readonly WorkloadPath[] = [
  {
    ...instance,
    id: 'ssm-start-session',
    source: docs('systems-manager/latest/userguide/session-manager.html'),
    actions: ['ssm:StartSession'],
    agent: true,
    says: 'a shell on the instance',
  },
  {
    ...instance,
    id: 'ssm-send-command',
    source: docs('systems-manager/latest/userguide/run-command.html'),
    actions: ['ssm:SendCommand'],
    also: [{ action: 'ssm:SendCommand', oneOf: SCRIPTS }],
    agent: true,
    says: 'commands on the instance',
  },
  {
    ...instance,
    id: 'ssm-create-association',
    source: docs('systems-manager/latest/userguide/state-manager-associations.html'),
    actions: ['ssm:CreateAssociation'],
    also: [{ action: 'ssm:CreateAssociation', oneOf: SCRIPTS }],
    agent: true,
    says: 'commands on the instance, kept in force',
  },
  {
    ...instance,
    id: 'ec2-instance-connect',
    source: docs('AWSEC2/latest/UserGuide/connect-linux-inst-eic.html'),
    actions: ['ec2-instance-connect:SendSSHPublicKey'],
    gate: { text: 'SSH to the instance is open', class: 'position' },
    says: 'an SSH key for the instance',
  },
  {
    ...instance,
    id: 'ec2-instance-connect-tunnel',
    source: docs('AWSEC2/latest/UserGuide/permissions-for-ec2-instance-connect-endpoint.html'),
    actions: ['ec2-instance-connect:SendSSHPublicKey'],
    also: [{ action: 'ec2-instance-connect:OpenTunnel', existing: 'AWS::EC2::InstanceConnectEndpoint' }],
    gate: { text: 'the endpoint and the instance are let through to each other', class: 'position' },
    says: 'an SSH key for the instance, and a tunnel to it',
  },
  {
    ...instance,
    id: 'ec2-serial-console',
    source: docs('AWSEC2/latest/UserGuide/ec2-serial-console.html'),
    actions: ['ec2-instance-connect:SendSerialConsoleSSHPublicKey'],
    gate: { text: 'the serial console is enabled and the instance has a user with a password', class: 'possession' },
    says: 'the serial console of the instance',
  },
  {
    id: 'ec2-user-data',
    source: docs('AWSEC2/latest/APIReference/API_ModifyInstanceAttribute.html'),
    types: instance.types,
    actions: ['ec2:ModifyInstanceAttribute', 'ec2:StopInstances', 'ec2:StartInstances'],
    says: 'its start-up script can be replaced',
  },
];
