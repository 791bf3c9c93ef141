/**
 * An answer as it may be saved: without the values that things were configured with, whatever they are; where they hold credentials, their
 * fingerprints stand in `held`, as the converter reads it. So the saved files say the same when they are collected.
 */
import type { Fingerprinter } from '../../../model/fingerprint.ts';
import { withoutValues } from '../configured.ts';
import { itemSettings } from '../convert.ts';
import { scrubbed } from '../scrub.ts';
import { isRecord } from '../shapes.ts';

export function withoutSecrets(answer: Readonly<Record<string, unknown>>, fingerprint: Fingerprinter): Record<string, unknown> {
  const { configurationItems: items, ...rest } = answer;
  const clean = scrubbed(rest) as Record<string, unknown>;
  return Array.isArray(items) ? { ...clean, configurationItems: items.map((item) => savedItem(item, fingerprint)) } : clean;
}

function savedItem(item: unknown, fingerprint: Fingerprinter): unknown {
  if (!isRecord(item) || typeof item['resourceType'] !== 'string') return undefined;
  const { resourceType, configuration, supplementaryConfiguration, ...rest } = item;
  const { held } = itemSettings({ resourceType, configuration: isRecord(configuration) ? configuration : {} }, fingerprint);
  return {
    ...(scrubbed({ resourceType, ...rest }) as object),
    configuration: scrubbed(withoutValues(configuration)),
    supplementaryConfiguration: scrubbed(supplementaryConfiguration),
    ...(held && { held }),
  };
}
