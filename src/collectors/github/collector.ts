/** The `github` source: repository trees and REST answers in files, or GitHub itself. A scope is a repository, or an organisation. */
import { z } from 'zod';
import type { Checked } from '../../ports/checked.ts';
import type { CheckContext, CollectContext, Collected, Collector } from '../../ports/collector.ts';
import { CoverageNotes } from '../files/coverage.ts';
import { checkFiles, readFiles } from './file-source.ts';
import { liveSettings } from './live/settings.ts';
import { OtherHost } from './other-host.ts';
import { sourceFacts } from './source-facts.ts';

const settings = z
  .strictObject({ files: z.string().min(1).optional(), live: liveSettings.optional() })
  .refine(({ files, live }) => (files === undefined) !== (live === undefined), { message: 'give either `files` or `live`' });
export type GithubSettings = z.infer<typeof settings>;

export const githubCollector: Collector<GithubSettings> = {
  type: 'github',
  emits: {
    entities: [
      'Scope',
      'User',
      'ServiceAccount',
      'Group',
      'External',
      'Credential',
      'Session',
      'Secret',
      'Repository',
      'Pipeline',
      'Workload',
      'Permission',
      'Resource',
      'Owner',
      'Origin',
    ],
    relationships: [
      'ACTS_FOR',
      'MEMBER_OF',
      'HAS_GRANT',
      'CAN_READ',
      'CAN_WRITE',
      'CAN_CONTROL',
      'CONTAINS',
      'EXPOSES',
      'USES',
      'READS',
      'DEFINES',
      'STEERS',
      'HOSTS',
      'ESCAPES_TO',
      'RUNS_AS',
      'OWNED_BY',
      'LEAKED_IN',
    ],
  },
  settings,
  saves: ({ live }) => live !== undefined,
  check,
  collect,
};

async function* check({ files, live }: GithubSettings, context: CheckContext): AsyncGenerator<Checked> {
  if (live) yield* (await import('./live/check-live.ts')).checkLive(live, context);
  else yield* checkFiles(files ?? '', context);
}

async function* collect({ files, live }: GithubSettings, context: CollectContext): AsyncGenerator<Collected> {
  const notes = new CoverageNotes();
  if (live) {
    const { readLive } = await import('./live/read-live.ts');
    const { host, read, finish } = yield* readLive(live, context, notes);
    if (read) yield* host === undefined ? sourceFacts(read) : onHost(sourceFacts(read), new OtherHost(host));
    await finish();
  } else if (files !== undefined) {
    yield* sourceFacts(yield* readFiles(files, context, notes));
  }
  yield* notes.said();
}

function* onHost(said: Iterable<Collected>, host: OtherHost): Generator<Collected> {
  for (const one of said) {
    if (one.type !== 'facts') yield one;
    else {
      const entities = one.entities.map((fact) => host.entity(fact));
      const relationships = one.relationships.map((fact) => host.relationship(fact));
      yield { ...one, entities, relationships };
    }
  }
}
