import { DestinationError } from '../errors.ts';
import type { StatusClass } from './classify-status.ts';
import type { BatchResult, Member, Outcome } from './destination.ts';
import type { Answered } from './send-request.ts';

/** Everybody of a batch was taken. */
export function allDelivered(members: readonly Member[]): BatchResult {
  return allWith(members, { status: 'delivered' });
}

/** One outcome for everybody of a batch. */
export function allWith(members: readonly Member[], outcome: Outcome): BatchResult {
  return { kind: 'outcomes', outcomes: members.map(() => outcome) };
}

/** What an answer other than a success means for the members of a batch. */
export function failedBatch(
  { status, retryAfterMs }: Answered,
  meaning: Exclude<StatusClass, 'ok'>,
  members: readonly Member[],
): BatchResult {
  const reason = `answered ${status}`;
  switch (meaning) {
    case 'retry':
    case 'too-fast': {
      // What says how long to wait is neither ill nor overrun without end.
      const saysWhen = retryAfterMs !== undefined;
      return {
        kind: 'retry',
        reason,
        retryAfterMs,
        serverError: status >= 500 && meaning === 'retry' && !saysWhen,
        tooFast: meaning === 'too-fast' && !saysWhen,
      };
    }
    case 'fault':
      return { kind: 'fault', reason, status };
    case 'refused':
      return { kind: 'refused-whole', reason };
    case 'rejected':
      // Of one segment it may be said of all members; of several, one may be what is not there.
      return new Set(members.map(({ segment }) => segment)).size > 1
        ? { kind: 'refused-whole', reason }
        : allWith(members, { status: 'rejected', reason });
  }
}

/** The third party does not want the audience; `words` are for the person who creates it. */
export function creationRefused(platform: string, words: string): DestinationError {
  return new DestinationError('DESTINATION_REFUSED', `${platform} refused the audience: ${words}`);
}

/** The segment may come to be when it is tried again. */
export function creationUnavailable(
  platform: string,
  what: string,
  retryAfterMs?: number,
): DestinationError {
  const text = `${platform} could not create the segment now: ${what}`;
  return new DestinationError('DESTINATION_UNAVAILABLE', text, { retryable: true, retryAfterMs });
}

/** An operator must act. `fault`: whatever is sent, not only this creation. */
export function creationMisconfigured(
  platform: string,
  what: string,
  details: { status: number; fault?: boolean },
): DestinationError {
  const text = `${platform} ${what}: check its description, DESTINATION_BASE_URL, DESTINATION_OPTIONS and DESTINATION_CREDENTIALS`;
  return new DestinationError('DESTINATION_MISCONFIGURED', text, {
    retryable: true,
    details: { ...details },
  });
}

/** What an answer other than a success means for the creation of a segment. */
export function failedCreation(
  platform: string,
  { status, retryAfterMs }: Answered,
  meaning: Exclude<StatusClass, 'ok'>,
): DestinationError {
  const answer = `answered ${status}`;
  switch (meaning) {
    case 'retry':
    case 'too-fast':
      return creationUnavailable(platform, answer, retryAfterMs);
    // 404, 410, 501 …: the call is wrong, not the audience.
    case 'refused':
    case 'rejected':
      return creationMisconfigured(platform, answer, { status });
    case 'fault':
      return creationMisconfigured(platform, answer, { status, fault: true });
  }
}
