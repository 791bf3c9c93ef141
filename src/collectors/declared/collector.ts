/** Facts that only a person knows: tiers, owners, consumers, copies, dependences. Each file is a scope of its own. */
import { z } from 'zod';
import { EVERY_SCOPE } from '../../model/collection.ts';
import { ENTITY_KINDS } from '../../model/kinds.ts';
import type { CollectContext, Collected, Collector } from '../../ports/collector.ts';
import { checkFolder } from '../files/check-folder.ts';
import { readText } from '../files/content.ts';
import { CoverageNotes } from '../files/coverage.ts';
import { parseJson } from '../files/json.ts';
import { type FileHead, readFolder } from '../files/read-folder.ts';
import { firstKeys } from '../files/recognise.ts';
import { shaped } from '../files/shape.ts';
import type { SourceFile } from '../files/walk.ts';
import { parseYaml } from '../files/yaml.ts';
import { DeclaredFacts } from './declared-facts.ts';
import { FACT_LISTS, factsFile } from './facts-file.ts';

const settings = z.strictObject({ files: z.string().min(1) });

export const declaredCollector: Collector<z.infer<typeof settings>> = {
  type: 'declared',
  emits: {
    entities: ENTITY_KINDS,
    relationships: ['USES', 'READS', 'RUNS_AS', 'EXPOSES', 'DEPENDS_ON', 'OWNED_BY', 'AUTHENTICATES_AS'],
  },
  settings,
  check: ({ files: root }, context) => checkFolder({ root, context, knows: (_, head) => isFacts(head) }),
  async *collect({ files }, context) {
    const coverage = new CoverageNotes();
    yield* readFolder({
      root: files,
      context,
      read: (file, head) => (isFacts(head) ? readFacts(file, head, context, coverage) : undefined),
      broken: (text, file) => coverage.missing(file?.path ?? EVERY_SCOPE, text),
    });
    yield* coverage.said();
  },
};

const LIST_LINE = new RegExp(`^[{\\s]*"?(?:${FACT_LISTS.join('|')})"?\\s*:`, 'm');

/** By its content: one of the lists stands at the top. */
function isFacts({ form, head }: FileHead): boolean {
  if (form === 'text') return LIST_LINE.test(head.toString('utf8'));
  return form === 'json-object' && FACT_LISTS.some((list) => firstKeys(head).includes(list));
}

async function* readFacts(
  file: SourceFile,
  { form }: FileHead,
  context: CollectContext,
  coverage: CoverageNotes,
): AsyncGenerator<Collected> {
  const text = await readText(file, context.signal);
  const documents = form === 'text' ? parseYaml(text, file.path) : [parseJson(text, file.path)];
  const facts = new DeclaredFacts(file.path);
  for (const document of documents) facts.add(shaped(factsFile, document, { path: file.path }));
  coverage.seen(file.path);
  yield { type: 'facts', scope: file.path, entities: facts.entities(), relationships: facts.relationships() };
}
