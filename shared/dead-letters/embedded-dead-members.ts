import {
  isEmpty,
  digested,
  withDead,
  withDelivered,
  withoutForgotten,
} from './dead-members-changes.ts';
import type { Change } from './dead-members-changes.ts';
import type { DeadMembers, DeadMembersOfAudience, OperationOf } from './dead-members.ts';

/** Dead members in the memory of the process. `now` is the clock that entries grow old by. */
export function createEmbeddedDeadMembers(now: () => Date = () => new Date()): DeadMembers {
  const records = new Map<string, DeadMembersOfAudience>();
  const recordOf = (audience: string) => records.get(audience) ?? { members: new Map() };

  const changing = (change: Change) => (audience: string, operation: OperationOf) => {
    const changed = change(recordOf(audience), digested(audience, operation, now()));
    if (isEmpty(changed)) records.delete(audience);
    else records.set(audience, changed);
    return Promise.resolve();
  };

  return {
    find: (audience) => Promise.resolve(recordOf(audience)),
    recordDead: changing(withDead),
    recordDelivered: changing(withDelivered),
    forget: changing(withoutForgotten),
    close: () => Promise.resolve(),
  };
}
