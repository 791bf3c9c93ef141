import { type EscalationPath, each, RBAC_PRACTICES } from './path.ts';
import { changeable } from './running-pods.ts';

/** Who writes the template decides what runs. */
export const changeControllers: EscalationPath = {
  id: 'change-controllers',
  source: `${RBAC_PRACTICES}#workload-creation`,
  *powers(rights) {
    for (const { plural, held } of changeable(rights))
      yield {
        level: 'control',
        over: each(plural, held.names),
        why: `may change what it runs (update or patch ${plural})`,
        by: held.by,
      };
  },
};
