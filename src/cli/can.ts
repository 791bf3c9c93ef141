import { askCan, type Can } from '../app/can.ts';
import { printable } from '../model/printable.ts';
import { EXIT, type Exit, type Invocation } from './command.ts';
import { printJson, withApp } from './open.ts';
import { requestContext } from './request-context.ts';

export async function run(invocation: Invocation): Promise<Exit> {
  const { io, options } = invocation;
  const [principal, action, resource] = invocation.arguments as [string, string, string];
  const context = requestContext(options);
  return withApp(invocation, async (app) => {
    const answer = await askCan(app, principal, { action, resource, context });
    if (options['json']) printJson(io, answer);
    else io.out(inWords(answer, action, resource));
    return answer.complete ? EXIT.done : EXIT.incomplete;
  });
}

const SAYS: Readonly<Record<Can['verdict'], string>> = {
  allowed: 'may',
  conditional: 'may, if the conditions below hold,',
  'implicit-deny': 'may not (nothing allows it)',
  'explicit-deny': 'may not (it is denied)',
};

function inWords({ principal, verdict, conditions, because, gaps }: Can, action: string, resource: string): string {
  const lines = [`${printable(principal)} ${SAYS[verdict]} ${printable(action)} on ${printable(resource)}.`];
  for (const condition of conditions) lines.push(`  if ${printable(condition)}`);
  for (const { effect, policy, statement } of because)
    lines.push(`  ${effect === 'Allow' ? 'allowed' : 'denied'} by ${printable(policy)}, statement ${printable(statement)}`);
  if (gaps.length > 0) lines.push('Not everything was seen:', ...gaps.map((gap) => `  ${printable(gap)}`));
  return `${lines.join('\n')}\n`;
}
