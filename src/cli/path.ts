import { askPath } from '../app/reach.ts';
import { counted } from '../model/counted.ts';
import { LEVELS } from '../model/kinds.ts';
import { printable } from '../model/printable.ts';
import { EXIT, type Exit, type Invocation } from './command.ts';
import { printJson, withApp } from './open.ts';
import { oneOf } from './options.ts';

export async function run(invocation: Invocation): Promise<Exit> {
  const { io, options } = invocation;
  const [from, to] = invocation.arguments as [string, string];
  const level = oneOf(options, 'level', LEVELS);
  return withApp(invocation, async (app) => {
    const answer = await askPath(app, { from, to, level });
    if (options['json']) printJson(io, answer);
    else if (!answer.found)
      io.out(
        `No path from ${printable(from)} to ${printable(to)} that gives ${level}.${answer.complete ? '' : ' But not everything was seen:'}\n`,
      );
    else if (answer.hops.length === 0) io.out(`${printable(from)} is where it begins: whoever holds it has it.\n`);
    else {
      io.out(`${counted(answer.hops.length, 'hop')}, ${answer.certainty}:\n\n`);
      for (const hop of answer.hops) {
        const doubt =
          hop.certainty === 'definite' ? '' : ` (${hop.certainty}${hop.condition ? `: ${printable(hop.condition)}` : ''})`;
        io.out(`  ${printable(hop.source)}\n    ${hop.kind} ${printable(hop.target)}${doubt}\n`);
        if (hop.reason) io.out(`      because ${printable(hop.reason)}\n`);
      }
    }
    if (!options['json'] && !answer.found) for (const gap of answer.gaps) io.out(`  ${printable(gap)}\n`);
    return EXIT.done;
  });
}
