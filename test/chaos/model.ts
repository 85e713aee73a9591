import type { Operation } from '../../shared/audience/audience.ts';
import type { PlannedRequest } from './plan.ts';

/** What the audiences must be, going by the requests that were answered 200. */
export interface Model {
  /** The last operation of every user, by audience. */
  readonly operations: ReadonlyMap<string, ReadonlyMap<string, Operation>>;
  /** Takes note of a request once it is answered 200. */
  record(request: PlannedRequest): void;
}

export function createModel(): Model {
  const operations = new Map<string, Map<string, Operation>>();
  return {
    operations,
    record: ({ audience, operation, users }) => {
      const ofAudience = operations.get(audience) ?? new Map<string, Operation>();
      operations.set(audience, ofAudience);
      for (const user of users) ofAudience.set(user, operation);
    },
  };
}
