import { type CollectedSource, collectSource, failedSource, sourcesNamed } from '../app/collect.ts';
import { deriveFacts } from '../app/derive.ts';
import { counted } from '../model/counted.ts';
import { RefusedError, UsageError } from '../model/errors.ts';
import { printable } from '../model/printable.ts';
import { EXIT, type Exit, type Invocation } from './command.ts';
import { printJson, withApp } from './open.ts';
import { textOption } from './options.ts';
import { createProgress } from './progress.ts';
import { saveFolder } from './save-folder.ts';
import { table } from './table.ts';

export async function run(invocation: Invocation): Promise<Exit> {
  const { io, options } = invocation;
  const place = textOption(options, 'forget');
  const folder = textOption(options, 'save');
  if (place !== undefined && folder !== undefined) throw new UsageError('--save and --forget: give one of them');
  if (place !== undefined) return forget(invocation, place);
  return withApp(invocation, async (app) => {
    const sources = sourcesNamed(app, invocation.arguments);
    if (folder !== undefined && sources.length !== 1)
      throw new UsageError(`--save ${folder}: name one live source, such as \`interlock collect prod-aws --save ${folder}\``);
    const save = folder === undefined ? undefined : saveFolder(folder);
    const progress = createProgress(io);
    const collected: CollectedSource[] = [];
    const isOneOfSeveral = sources.length > 1;
    const told = { signal: io.signal, onProgress: progress.show, ...(save && { save }), isOneOfSeveral };
    try {
      for (const source of sources) {
        const began = performance.now();
        try {
          collected.push(await collectSource(app, source, told));
        } catch (error) {
          const isAlone = sources.length === 1 && error instanceof RefusedError;
          if (error instanceof UsageError || isAlone || io.signal.aborted) throw error;
          collected.push(failedSource(source.name, error, (performance.now() - began) / 1000));
        } finally {
          progress.end();
        }
      }
    } finally {
      // Also when it ends early: what was collected is joined.
      if (isOneOfSeveral && collected.length > 0) await deriveFacts(app);
    }
    if (options['json']) printJson(io, { sources: collected });
    else io.out(report(collected));
    for (const { name, scopes, errors, warnings } of collected) {
      const absent = scopes.filter(({ coverage }) => coverage === 'absent').flatMap(({ missing }) => missing);
      for (const text of absent) io.err(`warning: ${name}: ${printable(text)}\n`);
      for (const text of errors) io.err(`error: ${name}: ${printable(text)}\n`);
      for (const text of warnings) io.err(`warning: ${name}: ${printable(text)}\n`);
    }
    const isPartial = collected.some(({ scopes }) => scopes.some(({ coverage }) => coverage === 'partial'));
    return isPartial ? EXIT.incomplete : EXIT.done;
  });
}

function report(collected: readonly CollectedSource[]): string {
  if (collected.length === 0) return 'No source is configured: add one to `sources:` in interlock.yaml.\n';
  const rows = collected.map(({ name, scopes, entities, relationships, swept, seconds }) => [
    name,
    coverageOf(scopes),
    entities,
    relationships,
    swept,
    `${seconds.toFixed(1)} s`,
  ]);
  const right = 'right' as const;
  const columns = [
    { title: 'SOURCE' },
    { title: 'COVERAGE' },
    { title: 'ENTITIES', align: right },
    { title: 'RELATIONSHIPS', align: right },
    { title: 'SWEPT', align: right },
    { title: 'TIME', align: right },
  ];
  return table(columns, rows);
}

function coverageOf(scopes: CollectedSource['scopes']): string {
  const partial = scopes.filter(({ coverage }) => coverage === 'partial').length;
  const absent = scopes.filter(({ coverage }) => coverage === 'absent').length;
  if (scopes.length === 0) return 'nothing found';
  if (partial + absent === 0) return `${counted(scopes.length, 'scope')}, complete`;
  const parts = [partial > 0 ? `${partial} partial` : '', absent > 0 ? `${absent} absent` : ''].filter(Boolean);
  return `${counted(scopes.length, 'scope')}: ${parts.join(', ')}`;
}

/** `<source>` or `<source>/<scope>`; also of sources that are configured no more. */
function forget(invocation: Invocation, place: string): Promise<Exit> {
  return withApp(invocation, async (app) => {
    const [source, ...rest] = place.split('/') as [string, ...string[]];
    const known = (await app.store.sources()).find(({ name }) => name === source);
    const scope = rest.length > 0 ? rest.join('/') : undefined;
    if (!known) throw new UsageError(`${source}: the store holds no such source`);
    if (scope !== undefined && !known.scopes.some((one) => one.scope === scope)) {
      throw new UsageError(`${place}: no such scope; known: ${known.scopes.map((one) => one.scope).join(', ')}`);
    }
    const claims = await app.store.forget(source, scope);
    await deriveFacts(app);
    if (invocation.options['json']) printJson(invocation.io, { forgotten: place, claims });
    else invocation.io.out(`Forgot ${counted(claims, 'fact')} of ${printable(place)}.\n`);
    return EXIT.done;
  });
}
