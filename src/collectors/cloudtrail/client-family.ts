/** What kind of client calls, from its user agent. The agent is the caller's own word: it separates, it proves nothing. */
const FAMILIES: readonly (readonly [pattern: RegExp, family: string])[] = [
  [/configure-aws-credentials/i, 'github-actions'],
  [/terraform|opentofu|hashicorp/i, 'terraform'],
  [/pulumi/i, 'pulumi'],
  [/serverless|aws-cdk|cdk-/i, 'cdk'],
  [/aws-cli\//i, 'aws-cli'],
  [/ansible/i, 'ansible'],
  [/boto3\/|botocore\//i, 'boto3'],
  [/aws-sdk-go/i, 'aws-sdk-go'],
  [/aws-sdk-java/i, 'aws-sdk-java'],
  [/aws-sdk-(?:js|nodejs)|aws-sdk-javascript/i, 'aws-sdk-js'],
  [/aws-sdk-dotnet/i, 'aws-sdk-dotnet'],
  [/aws-sdk-(?:ruby|php|rust|cpp|swift|kotlin)/i, 'aws-sdk'],
  [/powershell/i, 'powershell'],
  [/s3browser|cyberduck|winscp|rclone|s3cmd|mountpoint/i, 'storage-client'],
  [/console\.amazonaws|signin\.amazonaws|aws-internal|^AWS Console|Mozilla\//i, 'console'],
  [/curl\/|wget\/|python-requests|httpie|postman/i, 'http-client'],
];

/** A word of the table; `other` for what it does not know. */
export const clientFamily = (agent: string): string => FAMILIES.find(([pattern]) => pattern.test(agent))?.[1] ?? 'other';
