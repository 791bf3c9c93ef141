/**
 * What AWS Config has recorded, by advanced queries: the breadth. They carry no policy of any kind, so the kinds of things that have an
 * endpoint of their own here are listed by their services, whatever Config says of them.
 * https://docs.aws.amazon.com/config/latest/developerguide/query-components.html
 */
import {
  ConfigServiceClient,
  SelectAggregateResourceConfigCommand,
  SelectResourceConfigCommand,
} from '@aws-sdk/client-config-service';
import { operation } from '../../../apis/aws/operation.ts';
import { paged, pages } from '../../../apis/aws/pages.ts';
import { InputError } from '../../../model/errors.ts';
import { isRecord } from '../shapes.ts';
import type { Answer, Asking, Endpoint } from './endpoint.ts';

const select = paged(
  operation('config:SelectResourceConfig', ConfigServiceClient, SelectResourceConfigCommand),
  'NextToken',
  'NextToken',
);
const selectAggregate = paged(
  operation('config:SelectAggregateResourceConfig', ConfigServiceClient, SelectAggregateResourceConfigCommand),
  'NextToken',
  'NextToken',
);

const EVERYTHING =
  'SELECT resourceType, resourceId, resourceName, arn, accountId, awsRegion, tags, configuration, supplementaryConfiguration, ' +
  'configurationItemStatus, configurationItemCaptureTime, resourceCreationTime';

/** Config is not switched on here, or has no such query: then only the kinds that have an endpoint are known. */
const NOT_THERE = /NoAvailableConfigurationRecorder|NoSuchConfigurationAggregator|ValidationException/;

/** Kinds that are listed by their services. */
const LISTED =
  /^AWS::(IAM|Config|KMS)::|^AWS::(S3::Bucket|Lambda::Function|EC2::Instance|ECS::(TaskDefinition|Service)|SecretsManager::Secret|SSM::Parameter|SQS::Queue|SNS::Topic|CodeBuild::Project|Glue::(Job|DevEndpoint))$/;

export const recordedThings: Endpoint = {
  name: 'config-items',
  where: 'region',
  operations: [select],
  async *answers({ aws }) {
    let page = 0;
    try {
      for await (const { Results = [] } of pages(aws, select, { Expression: EVERYTHING, Limit: 100 }))
        yield itemsOf(`${this.name}-${++page}`, Results);
    } catch (error) {
      if (!NOT_THERE.test(codeOf(error))) throw error;
    }
  },
};

const codeOf = (error: unknown): string => (error as { call?: { code?: string } } | null)?.call?.code ?? '';

/** What an aggregator has recorded of many accounts: asked once, where it is. */
export const aggregatedThings = (aggregator: string): Endpoint => ({
  name: 'aggregated-config-items',
  where: 'account',
  operations: [selectAggregate],
  async *answers({ aws }: Asking) {
    const input = { Expression: EVERYTHING, ConfigurationAggregatorName: aggregator, Limit: 100 };
    let page = 0;
    for await (const { Results = [] } of pages(aws, selectAggregate, input)) yield itemsOf(`${this.name}-${++page}`, Results);
  },
});

function itemsOf(name: string, results: readonly string[]): Answer {
  const items = results.map((text) => {
    const item: unknown = parsed(text);
    if (!isRecord(item)) throw new InputError(`${select.permission}: a result is no JSON object`);
    return item;
  });
  return { name, value: { configurationItems: items.filter((item) => !LISTED.test(String(item['resourceType']))) } };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
