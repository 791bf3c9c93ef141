import { incidentMarkdown } from '../analysis/incident/incident-markdown.ts';
import { incidentText } from '../analysis/incident/incident-text.ts';
import { askIncident } from '../app/incident.ts';
import { DAY_MS } from '../model/durations.ts';
import { EXIT, type Exit, type Invocation } from './command.ts';
import { printJson, withApp } from './open.ts';
import { timeOption } from './options.ts';

export async function run(invocation: Invocation): Promise<Exit> {
  const { io, options } = invocation;
  const given = timeOption(options, 'since');
  return withApp(invocation, async (app) => {
    const since = given ?? new Date(app.clock().getTime() - DAY_MS).toISOString();
    if (given === undefined) io.err(`warning: no --since: taking the last 24 hours, from ${since}\n`);
    const answer = await askIncident(app, invocation.arguments, since);
    if (options['json']) printJson(io, answer);
    else io.out(options['markdown'] ? incidentMarkdown(answer) : incidentText(answer));
    return answer.complete ? EXIT.done : EXIT.incomplete;
  });
}
