import { z } from 'zod';
import { DEAD_LETTER_REASONS } from './dead-letter.ts';
import type { StoredDeadLetter } from './dead-letter-store.ts';

/** Which dead letters an operator means: those that meet every condition given, one value of each. */
export const deadLetterFilter = z.strictObject({
  ids: z.array(z.string()).exactOptional(),
  reasons: z.array(z.enum(DEAD_LETTER_REASONS)).exactOptional(),
  audiences: z.array(z.string()).exactOptional(),
  destinations: z.array(z.string()).exactOptional(),
  /** Given up on at least this long ago. */
  olderThanMs: z.number().nonnegative().exactOptional(),
  /** Given up on less than this long ago. */
  newerThanMs: z.number().nonnegative().exactOptional(),
});

export type DeadLetterFilter = Readonly<z.infer<typeof deadLetterFilter>>;

/** Whether a dead letter is one the operator means; `now` in milliseconds since the epoch. */
export function matches(
  { id, deadLetter }: StoredDeadLetter,
  filter: DeadLetterFilter,
  now: number,
): boolean {
  const { ids, reasons, audiences, destinations, olderThanMs, newerThanMs } = filter;
  const ageMs = now - Date.parse(deadLetter.deadAt);
  return (
    isOneOf(id, ids) &&
    isOneOf(deadLetter.reason, reasons) &&
    isOneOf(deadLetter.audience, audiences) &&
    isOneOf(deadLetter.destination, destinations) &&
    (olderThanMs === undefined || ageMs >= olderThanMs) &&
    (newerThanMs === undefined || ageMs < newerThanMs)
  );
}

function isOneOf(value: string | undefined, wanted: readonly string[] | undefined): boolean {
  return wanted === undefined || (value !== undefined && wanted.includes(value));
}
