/** The joins, in the order in which they run: a later one sees what the earlier ones derived. A new join is a file and a line here. */
import { catalogueWorkloadJoin } from './catalogue-workload.ts';
import { declaredCopiesJoin } from './declared-copies.ts';
import { deployedWorkloadJoin } from './deployed-workload.ts';
import { fingerprintJoin } from './fingerprint.ts';
import type { Join } from './join.ts';
import { loginPatternJoin } from './login-pattern.ts';
import { mappedRoleJoin } from './mapped-role.ts';
import { oidcSubjectJoin } from './oidc-subject.ts';
import { secretLevelJoin } from './secret-level.ts';

export const joins: readonly Join[] = [
  fingerprintJoin,
  secretLevelJoin,
  declaredCopiesJoin,
  oidcSubjectJoin,
  mappedRoleJoin,
  catalogueWorkloadJoin,
  deployedWorkloadJoin,
  loginPatternJoin,
];
