/** Questions to an estate of files, as they are answered in use: collected, kept as documents in a store, and read back. */
import { awsAccess } from '../../../src/collectors/aws/access.ts';
import { awsCollector } from '../../../src/collectors/aws/collector.ts';
import type { StoredDocument } from '../../../src/model/entity.ts';
import type { AccessQuestions } from '../../../src/ports/access-questions.ts';
import { collecting, type Outcome } from '../../contracts/collecting.ts';
import { sampleFolder } from '../files/sample-folder.ts';

export interface Asked {
  readonly questions: AccessQuestions;
  readonly said: Outcome;
}

export async function asked(files: Readonly<Record<string, string>>): Promise<Asked> {
  await using folder = await sampleFolder(files);
  const said = await collecting(awsCollector, { files: folder.root });
  return { said, questions: await awsAccess.load(stored(said), new Date('2026-01-15T12:00:00.000Z')) };
}

/** As the store gives them back: through JSON, in the order of their names. */
async function* stored({ said }: Outcome): AsyncGenerator<StoredDocument> {
  const documents = said.flatMap((one) =>
    one.type === 'facts' ? (one.documents ?? []).map((document) => ({ ...document, scope: one.scope })) : [],
  );
  const sorted = documents.map((document) => ({
    document,
    place: JSON.stringify([document.scope, document.subject, document.type, document.name]),
  }));
  for (const { document } of sorted.sort((a, b) => (a.place < b.place ? -1 : 1)))
    yield { ...(JSON.parse(JSON.stringify(document)) as StoredDocument), origin: 'test', hash: '', generation: 1 };
}

/** The verdict on `<principal> <action> <resource>`, with a context of single values. */
export function verdictOf({ questions }: Asked, words: string, context: Readonly<Record<string, string | string[]>> = {}) {
  const [principal, action, resource] = words.split(' ') as [string, string, string];
  const request = { action, resource, context: new Map(Object.entries(context).map(([key, value]) => [key, [value].flat()])) };
  return questions.can(principal, request);
}
