/** What can be done to each kind of running thing so that it obeys: one row for each path. */
import type { WorkloadPath } from './workload-path.ts';
import { APPLICATION_ROWS } from './workload-rows/applications.ts';
import { BUILDER_ROWS } from './workload-rows/builders.ts';
import { INSTANCE_ROWS } from './workload-rows/instances.ts';

export const WORKLOAD_PATHS: readonly WorkloadPath[] = [...APPLICATION_ROWS, ...BUILDER_ROWS, ...INSTANCE_ROWS];
