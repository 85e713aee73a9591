import fc from 'fast-check';

/** What happens to the relay, one after the other. */
export type Step =
  | { readonly do: 'create'; readonly audience: string }
  | { readonly do: 'add' | 'remove'; readonly members: readonly (readonly [string, string])[] }
  | { readonly do: 'pass'; readonly ms: number }
  | {
      readonly do: 'fault';
      readonly error500: number;
      readonly error429: number;
      readonly reset: number;
    }
  | { readonly do: 'refuse-users' | 'fail-over'; readonly users: readonly string[] }
  | { readonly do: 'refuse-title'; readonly audience: string }
  | { readonly do: 'refuse-us' | 'queue-down'; readonly on: boolean }
  | { readonly do: 'end-faults' | 'crash' | 'roll-out' | 'cut-off' | 'reconnect' | 'replay' };

export interface Schedule {
  readonly seed: number;
  readonly shards: number;
  readonly maxMembersPerCall: number;
  readonly maxSegmentsPerCall: number;
  /** Messages of a key that a pull hands out at most. */
  readonly messagesOfAKey: number;
  /** How long the platform wants to be left alone after failures, and new segments take no members. */
  readonly failurePausesMs: readonly number[] | undefined;
  readonly readyAfterMs: number | undefined;
  readonly steps: readonly Step[];
}

export const AUDIENCES = ['a', 'b'] as const;
const USERS = ['u1', 'u2', 'u3', 'u4', 'u5'] as const;

const audience = fc.constantFrom(...AUDIENCES);
const users = fc.subarray([...USERS], { minLength: 1, maxLength: 2 });
const members = fc.array(fc.tuple(audience, fc.constantFrom(...USERS)), {
  minLength: 1,
  maxLength: 6,
});
const rate = fc.constantFrom(0, 0.1, 0.3, 1);
const named = <Name extends Step['do']>(name: Name) => fc.constant(name);

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 8, arbitrary: fc.record({ do: fc.constantFrom('add', 'remove'), members }) },
  {
    weight: 4,
    arbitrary: fc.record({ do: named('pass'), ms: fc.constantFrom(1, 25, 120, 700, 5_000) }),
  },
  { weight: 2, arbitrary: fc.record({ do: named('create'), audience }) },
  {
    weight: 2,
    arbitrary: fc.record({ do: named('fault'), error500: rate, error429: rate, reset: rate }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom('refuse-users', 'fail-over'), users }) },
  { weight: 1, arbitrary: fc.record({ do: named('refuse-title'), audience }) },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constantFrom('refuse-us', 'queue-down'), on: fc.boolean() }),
  },
  { weight: 2, arbitrary: fc.record({ do: named('end-faults') }) },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constantFrom('crash', 'roll-out', 'cut-off', 'reconnect') }),
  },
  { weight: 2, arbitrary: fc.record({ do: named('replay') }) },
);

export const schedules: fc.Arbitrary<Schedule> = fc.record({
  seed: fc.nat(),
  shards: fc.constantFrom(1, 2, 4),
  maxMembersPerCall: fc.constantFrom(1, 3, 100),
  maxSegmentsPerCall: fc.constantFrom(1, 100),
  messagesOfAKey: fc.constantFrom(1, 10, Infinity),
  failurePausesMs: fc.constantFrom(undefined, [5_000, 10_000, 20_000, 40_000, 900_000]),
  readyAfterMs: fc.constantFrom(undefined, 5_000),
  steps: fc.array(step, { minLength: 5, maxLength: 40, size: 'max' }),
});
