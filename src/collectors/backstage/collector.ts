/** `backstage` from files: catalogue descriptors as YAML, several a file, or as the catalogue's own API answers them. A scope is a file. */
import { z } from 'zod';
import { EVERY_SCOPE } from '../../model/collection.ts';
import { InputError } from '../../model/errors.ts';
import { grouped } from '../../model/grouped.ts';
import type { CollectContext, Collected, Collector } from '../../ports/collector.ts';
import { checkFolder } from '../files/check-folder.ts';
import { readText } from '../files/content.ts';
import { CoverageNotes } from '../files/coverage.ts';
import { parseJson } from '../files/json.ts';
import { type FileHead, readFolder } from '../files/read-folder.ts';
import { shaped } from '../files/shape.ts';
import type { SourceFile } from '../files/walk.ts';
import { yamlDocuments } from '../files/yaml.ts';
import { Catalogue } from './catalogue.ts';
import { CatalogueFacts } from './catalogue-facts.ts';
import { descriptor, isDescriptor, type PlacedDescriptor } from './descriptor.ts';
import { SPOKEN_OF } from './spoken-of.ts';

const settings = z.strictObject({ files: z.string().min(1) });

export const backstageCollector: Collector<z.infer<typeof settings>> = {
  type: 'backstage',
  emits: {
    entities: ['Owner', ...SPOKEN_OF],
    relationships: ['OWNED_BY', 'DEPENDS_ON'],
  },
  settings,
  check: ({ files: root }, context) => checkFolder({ root, context, enters, knows: (_, head) => isCatalogue(head) }),
  collect,
};

/** Folders that hold no catalogue of the source's own. */
const PASSED = /(^|\/)(\.git|node_modules)$/;
const enters = (folder: string): boolean => !PASSED.test(folder);

async function* collect({ files: root }: z.infer<typeof settings>, context: CollectContext): AsyncGenerator<Collected> {
  const notes = new CoverageNotes();
  const found: PlacedDescriptor[] = [];
  yield* readFolder({
    root,
    context,
    enters,
    read: (file, head) => (isCatalogue(head) ? readDescriptors(file, head, { context, notes, found }) : undefined),
    broken: (text, file) => notes.missing(file?.path ?? EVERY_SCOPE, text),
  });
  const catalogue = new Catalogue(found);
  for (const [file, placed] of grouped(found, (one) => one.file)) {
    const facts = new CatalogueFacts(context.source, catalogue);
    for (const one of placed) facts.add(one);
    yield { type: 'facts', scope: file, entities: facts.entities, relationships: facts.relationships };
  }
  yield* notes.said();
}

const IN_YAML = /^apiVersion:\s*["']?backstage\.io\//m;
const IN_JSON = /"apiVersion"\s*:\s*"backstage\.io\//;

const isCatalogue = ({ form, head }: FileHead): boolean => (form === 'text' ? IN_YAML : IN_JSON).test(head.toString('utf8'));

interface Reading {
  readonly context: CollectContext;
  readonly notes: CoverageNotes;
  readonly found: PlacedDescriptor[];
}

async function* readDescriptors(file: SourceFile, { form }: FileHead, reading: Reading): AsyncGenerator<Collected> {
  const text = await readText(file, reading.context.signal);
  const documents: Iterable<ReadDocument> =
    form === 'text' ? yamlDocuments(text, file.path) : answered(parseJson(text, file.path));
  reading.notes.seen(file.path);
  let at = -1;
  for (const document of documents) {
    at++;
    try {
      if ('problem' in document) throw new InputError(document.problem);
      if (!isDescriptor(document.value)) continue;
      const placed = placedIn(file.path, document.value, at);
      if (!isTemplate(placed)) reading.found.push(placed);
      else yield { type: 'warning', text: `${file.path}: [${at}]: a template of components, not one: not read` };
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      reading.notes.missing(file.path, error.message);
      yield { type: 'error', text: error.message };
    }
  }
}

/** The scaffolder fills such names in when it makes a component. https://backstage.io/docs/features/software-templates/writing-templates */
const isTemplate = ({ reference }: PlacedDescriptor): boolean => reference.name.includes('${{');

/** One descriptor, the list of `/api/catalog/entities`, or the `items` of `…/by-query`. */
function answered(value: unknown): readonly ReadDocument[] {
  const items = typeof value === 'object' && value !== null && 'items' in value ? value.items : value;
  const all: readonly unknown[] = Array.isArray(items) ? items : [value];
  return all.map((one) => ({ value: one }));
}

type ReadDocument = { readonly value: unknown } | { readonly problem: string };

function placedIn(file: string, document: unknown, at: number): PlacedDescriptor {
  const read = shaped(descriptor, document, { path: file, at: `[${at}]` });
  const { name, namespace = 'default' } = read.metadata;
  const reference = { kind: read.kind.toLowerCase(), namespace: namespace.toLowerCase(), name: name.toLowerCase() };
  return { file, reference, descriptor: read };
}
