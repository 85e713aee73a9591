import type {
  BatchResult,
  Destination,
  MicroBatch,
  Outcome,
} from '../../../shared/destinations/destination.ts';
import { membersOf, type DestinationFixture } from './third-party.ts';

/** A time that has passed, for every third party that refuses the future. */
export const OPERATED_AT = Date.parse('2026-01-02T03:04:05.006Z');
export const REQUEST = { title: 'Buyers of shoes', audienceId: '4711.12' };

/** Users by whose ids a platform with e-mail addresses and one with any ids are both served. */
export function usersUpTo(count: number, name = 'user'): string[] {
  return Array.from({ length: count }, (_, index) => `${name}-${index}@example.com`);
}

/** Creates the segment and waits until it takes members. */
export async function readySegment(
  destination: Destination,
  { thirdParty }: DestinationFixture,
  request = REQUEST,
): Promise<string> {
  const { segment } = await destination.createSegment(request);
  thirdParty.passTime?.(destination.capabilities.readyAfterMs ?? 0);
  return segment;
}

export interface Play {
  readonly operation: MicroBatch['operation'];
  readonly segment: string;
  readonly users: readonly string[];
  readonly operatedAt?: number;
}

/** Applies to one segment, in as many calls as the limit of members demands, one after the other. */
export async function applyTo(
  destination: Destination,
  { operation, segment, users, operatedAt = OPERATED_AT }: Play,
): Promise<Outcome[]> {
  const size = destination.capabilities.maxMembersPerCall;
  const outcomes: Outcome[] = [];
  for (let from = 0; from < users.length; from += size) {
    const members = membersOf(segment, users.slice(from, from + size), operatedAt);
    const result = await destination.apply({ operation, members });
    outcomes.push(...outcomesIn(result));
  }
  return outcomes;
}

function outcomesIn(result: BatchResult): readonly Outcome[] {
  if (result.kind === 'outcomes') return result.outcomes;
  throw new Error(`The batch was not taken: ${result.kind} (${result.reason}).`);
}

/** @throws Error that says what differs from what is expected. Values are what JSON can hold. */
export function mustEqual(what: string, actual: unknown, expected: unknown): void {
  const got = shown(actual);
  const wanted = shown(expected);
  if (got === wanted) return;
  throw new Error(`${what}: expected ${wanted.slice(0, 300)}, got ${got.slice(0, 300)}.`);
}

function shown(value: unknown): string {
  return value === undefined ? 'nothing' : JSON.stringify(value);
}

export function must(holds: boolean, text: string): void {
  if (!holds) throw new Error(text);
}

/** What all of so many outcomes are. */
export function all(count: number, status: Outcome['status']): string[] {
  return new Array<string>(count).fill(status);
}

export function statuses(outcomes: readonly Outcome[]): string[] {
  return outcomes.map(({ status }) => status);
}

/** The third party's members of a segment must be these users. */
export async function mustHaveMembers(
  { thirdParty }: DestinationFixture,
  segment: string,
  users: readonly string[],
): Promise<void> {
  const expected = users.map((user) => thirdParty.asKnown(user)).toSorted();
  mustEqual('the members', (await thirdParty.members(segment)).toSorted(), expected);
}
