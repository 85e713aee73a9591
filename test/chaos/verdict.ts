import type { Operation } from '../../shared/audience/audience.ts';
import type { Model } from './model.ts';

/** What was found once nothing moved any more. */
export interface Arrived {
  /** The users of each audience's segment. */
  readonly members: ReadonlyMap<string, ReadonlySet<string>>;
  readonly segments: number;
  /** The operations in dead letters, by {@link operationKey}. */
  readonly givenUp: ReadonlySet<string>;
}

export interface Verdict {
  /** Users in an audience they should be in, and are not. */
  readonly missing: number;
  /** Users in an audience they should not be in. */
  readonly surplus: number;
  /** Of these, whose last operation is in no dead letter. */
  readonly lost: number;
  /** Some of the lost. */
  readonly examples: readonly string[];
  /** Whether every audience has exactly one segment, and in it exactly the expected users. */
  readonly exact: boolean;
}

const MAX_EXAMPLES = 5;

export function operationKey(audience: string, user: string, operation: Operation): string {
  return `${operation} ${user} ${audience}`;
}

/** Compares what arrived with what was asked for. */
export function judge({ operations }: Model, audiences: number, arrived: Arrived): Verdict {
  let missing = 0;
  let surplus = 0;
  const lost: string[] = [];
  for (const [audience, ofAudience] of operations) {
    const members = arrived.members.get(audience) ?? new Set();
    for (const [user, operation] of ofAudience) {
      if (members.has(user) === (operation === 'add')) continue;
      if (operation === 'add') missing += 1;
      else surplus += 1;
      const key = operationKey(audience, user, operation);
      if (!arrived.givenUp.has(key)) lost.push(key);
    }
  }
  for (const [audience, members] of arrived.members) {
    const known = operations.get(audience) ?? new Map<string, Operation>();
    const strangers = [...members].filter((user) => !known.has(user));
    surplus += strangers.length;
    lost.push(...strangers.map((user) => `nothing of ${user} ${audience}`));
  }
  return {
    missing,
    surplus,
    lost: lost.length,
    examples: lost.slice(0, MAX_EXAMPLES),
    exact: missing === 0 && surplus === 0 && arrived.segments === audiences,
  };
}
