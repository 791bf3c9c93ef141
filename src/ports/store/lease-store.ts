import type { Time } from '../../model/entity.ts';

/** Who may do what only one may do at a time, until when. */
export interface LeaseStore {
  /** True when nobody else holds it, or its time is over. The holder may take it again, which renews it. */
  acquireLease(name: string, holder: string, now: Time, until: Time): Promise<boolean>;
  releaseLease(name: string, holder: string): Promise<void>;
  leases(): Promise<{ readonly name: string; readonly holder: string; readonly until: Time }[]>;
}
