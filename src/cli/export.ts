import { findingsText } from '../app/export-findings.ts';
import { csvHeader, csvLine, exportLines } from '../app/export-graph.ts';
import { openGraphText } from '../app/export-opengraph.ts';
import { BACKUP_END } from '../model/backup.ts';
import { EXIT, type Exit, type Invocation } from './command.ts';
import { requireRole, withApp } from './open.ts';
import { oneOf } from './options.ts';

export async function run(invocation: Invocation): Promise<Exit> {
  const { io, options } = invocation;
  const format = oneOf(options, 'format', ['jsonl', 'csv', 'opengraph', 'sarif', 'ocsf']);
  return withApp(invocation, async (app) => {
    if (options['all']) {
      requireRole(app, 'admin');
      let records = 0;
      for await (const record of app.store.exportAll()) {
        io.out(`${JSON.stringify(record)}\n`);
        records++;
      }
      io.out(`${JSON.stringify({ type: BACKUP_END, data: { records } })}\n`);
      return EXIT.done;
    }
    if (format === 'opengraph') {
      for await (const piece of openGraphText(app.store)) io.out(piece);
      return EXIT.done;
    }
    if (format === 'sarif' || format === 'ocsf') {
      for await (const piece of findingsText(app, format)) io.out(piece);
      return EXIT.done;
    }
    if (format === 'csv') io.out(csvHeader);
    for await (const line of exportLines(app.store)) io.out(format === 'csv' ? csvLine(line) : `${JSON.stringify(line)}\n`);
    return EXIT.done;
  });
}
