import { EXIT, type Exit, type Invocation } from './command.ts';
import { printJson, withApp } from './open.ts';
import { wholeNumber } from './options.ts';
import { table } from './table.ts';

export async function run(invocation: Invocation): Promise<Exit> {
  const { io, options } = invocation;
  const limit = wholeNumber(options, 'limit', 1);
  return withApp(invocation, async (app) => {
    const found = await app.store.search(invocation.arguments.join(' '), [], limit);
    const items = found.map(({ key, kind, name, state, tier, owner }) => ({
      key,
      kind,
      name,
      state,
      tier: tier ?? null,
      owner: owner ?? null,
    }));
    if (options['json']) printJson(io, { items });
    else if (items.length === 0) io.out('Nothing has this in its key or name.\n');
    else {
      const columns = [
        { title: 'KIND' },
        { title: 'TIER' },
        { title: 'STATE' },
        { title: 'NAME', most: 40 },
        { title: 'KEY', most: 140 },
      ];
      io.out(
        table(
          columns,
          items.map(({ kind, tier, state, name, key }) => [kind, tier, state, name, key]),
        ),
      );
    }
    return EXIT.done;
  });
}
