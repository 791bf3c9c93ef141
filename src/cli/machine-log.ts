import { destination, pino } from 'pino';
import type { Log } from '../ports/log.ts';

/** JSON lines on stderr; bearer tokens, passwords and connection strings never appear, whoever put them into a field. */
export function machineLog(): Log {
  const paths = ['authorization', 'password', 'token', 'secret', 'url'].flatMap((name) => [name, `*.${name}`]);
  const logger = pino({ name: 'interlock', redact: { paths, censor: '[redacted]' } }, destination({ fd: 2, sync: true }));
  return {
    info: (message, fields) => logger.info({ ...fields }, message),
    warn: (message, fields) => logger.warn({ ...fields }, message),
    error: (message, fields) => logger.error({ ...fields }, message),
  };
}
