import type { MemberOutcome } from './member-outcome.ts';

/** Times the third party must have failed over a member alone, while it took others. */
const FAILURES_TO_REJECT = 3;
const MAX_SUSPECTS = 10_000;

interface Suspicion {
  readonly failures: number;
  /** Calls the third party had answered by then. */
  readonly answered: number;
}

/**
 * Members the third party fails over, whoever they are sent with. One failure proves nothing, so they
 * go back to the queue; when they fail again and again while others are taken, they are given up on.
 */
export interface Suspects {
  has(key: string): boolean;
  /** @param answered calls answered so far @param since calls answered when its batch first went out */
  failed(key: string, evidence: { answered: number; since: number; reason: string }): MemberOutcome;
  acquit(key: string): void;
}

export function createSuspects(): Suspects {
  const suspects = new Map<string, Suspicion>();

  return {
    has: (key) => suspects.has(key),
    failed: (key, { answered, since, reason }) => {
      const known = suspects.get(key) ?? { failures: 0, answered: since };
      // Without an answer to anybody else meanwhile, it is the third party that is ill.
      const proven = answered > known.answered;
      const failures = known.failures + (proven ? 1 : 0);
      suspects.delete(key);
      if (failures > 0) suspects.set(key, { failures, answered });
      // Remembered until it is taken: its message may come again because of another member.
      if (proven && failures >= FAILURES_TO_REJECT)
        return { status: 'rejected', reason, failing: true };
      const [oldest] = suspects.keys();
      if (suspects.size > MAX_SUSPECTS && oldest !== undefined) suspects.delete(oldest);
      return { status: 'retry', reason };
    },
    acquit: (key) => {
      suspects.delete(key);
    },
  };
}
