import { CronExpressionParser } from 'cron-parser';
import { messageOf } from '../model/errors.ts';

/** What is wrong with a cron expression or its time zone (IANA name); undefined when it will run. */
export function cronProblem(cron: string, tz: string): string | undefined {
  try {
    CronExpressionParser.parse(cron, { tz }).next();
    return undefined;
  } catch (error) {
    return messageOf(error);
  }
}
