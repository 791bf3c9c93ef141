import { acceptRisk } from '../../src/app/accept-risk.ts';
import { askRisks } from '../../src/app/analyze.ts';
import type { EntityKind } from '../../src/model/kinds.ts';
import { atLeast } from '../authorize.ts';
import type { Context } from '../context.ts';
import { pageSize } from '../pages.ts';
import { flagPayload } from '../payload.ts';

interface RiskArguments {
  readonly filter?: { readonly kind?: EntityKind | null; readonly keys?: readonly string[] | null } | null;
  readonly first?: number;
}

interface FindingArguments {
  readonly filter?: { readonly nhi?: string | null; readonly subject?: string | null } | null;
  readonly first?: number;
}

export const risk = {
  Query: {
    risks: async (_: unknown, { filter, first }: RiskArguments, { app }: Context) =>
      askRisks(app, {
        limit: pageSize(first, 50),
        ...(filter?.kind != null && { kind: filter.kind }),
        ...(filter?.keys != null && { keys: filter.keys }),
      }),
    findings: (_: unknown, { filter, first }: FindingArguments, { app }: Context) =>
      app.store.findings({
        limit: pageSize(first, 100),
        ...(filter?.nhi != null && { nhi: filter.nhi }),
        ...(filter?.subject != null && { subject: filter.subject }),
      }),
  },
  Mutation: {
    acceptRisk: atLeast('approver', (_: unknown, input: { finding: string; until: string; reason: string }, { app }) =>
      flagPayload(() => acceptRisk(app, input)),
    ),
  },
};
