import { askIncident } from '../../src/app/incident.ts';
import { askReport, printReport, type Report } from '../../src/app/report.ts';
import type { Context } from '../context.ts';
import { countBounds } from '../counts.ts';

export const incident = {
  Query: {
    incident: async (_: unknown, { subjects, since }: { subjects: string[]; since: string }, { app }: Context) => {
      const page = await askIncident(app, subjects, since);
      return { ...page, couldReach: { ...page.couldReach, counts: countBounds(page.couldReach.counts) } };
    },
    planReport: (_: unknown, { plan }: { plan: string }, { app }: Context) => askReport(app, plan),
  },
  PlanReport: { markdown: (report: Report) => printReport(report) },
};
