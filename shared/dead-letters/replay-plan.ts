/** What a replay makes of a dead letter: pure. */
import { groupMutations } from '../audience/grouping.ts';
import type { MutationsMessage } from '../audience/message.ts';
import { creationMessage, mutationsMessage } from '../audience/outgoing-message.ts';
import type { Sharding } from '../audience/shard.ts';
import type { OutgoingMessage } from '../queue/queue.ts';
import type { StoredDeadLetter } from './dead-letter-store.ts';
import type { DeadMembersOfAudience } from './dead-members.ts';
import type { NewestOperations } from './newest-operations.ts';
import { memberDigests, type Original } from './original.ts';
import { overtaken } from './overtaken.ts';

export const KEPT_REASONS = [
  /** Only the beginning of the message was kept. */
  'truncated',
  /** The message cannot be read. */
  'undecodable',
  /** The entries are no valid mutations. */
  'entries-invalid',
  /** Another destination gave it up: what was overtaken there is not known here. */
  'other-destination',
  /** It is not known whether newer operations have overtaken some of it. */
  'uncertain',
] as const;

export type KeptReason = (typeof KEPT_REASONS)[number];

export interface PublishPlan {
  readonly kind: 'publish';
  /** In this order; none when everything was overtaken. */
  readonly messages: readonly OutgoingMessage[];
  readonly replayed: number;
  /** A newer operation of the user was delivered: they are not replayed, and go with the letter. */
  readonly overtaken: number;
  /** A newer operation of the user is a dead letter as well: the same. */
  readonly overtakenByLaterLetter: number;
}

export type LetterPlan = PublishPlan | { readonly kind: 'keep'; readonly because: KeptReason };

export interface ReplayContext {
  /** Id of the destination that the operator works for. */
  readonly destination: string;
  readonly sharding: Sharding;
  /** Over all dead letters of the destination, selected or not. */
  readonly newest: NewestOperations;
  /** What is known of the letter's audience. */
  readonly dead: DeadMembersOfAudience;
  readonly includeUncertain: boolean;
}

/** What of a dead letter is published, and how; or why it stays. */
export function planReplay(
  stored: StoredDeadLetter,
  original: Original,
  context: ReplayContext,
): LetterPlan {
  if (stored.deadLetter.destination !== context.destination) {
    return { kind: 'keep', because: 'other-destination' };
  }
  switch (original.kind) {
    case 'truncated':
    case 'undecodable':
      return { kind: 'keep', because: original.kind };
    case 'rejected-entries':
      return { kind: 'keep', because: 'entries-invalid' };
    case 'create-audience': {
      const message = creationMessage(
        original,
        { requestId: original.requestId },
        { destination: context.destination },
      );
      return publishing([message], { replayed: 0, overtaken: 0, overtakenByLaterLetter: 0 });
    }
    case 'mutations':
      return planMutations(stored, original, context);
  }
}

function planMutations(
  { id, deadLetter }: StoredDeadLetter,
  original: MutationsMessage,
  { destination, sharding, newest, dead, includeUncertain }: ReplayContext,
): LetterPlan {
  const operatedAt = Date.parse(deadLetter.publishedAt);
  const digests = memberDigests(original, sharding.memberId);
  const fates = digests.map((digest, index): Fate => {
    // Never synced: nothing the third party knows can have overtaken it.
    if (digest === undefined) return 'replayed';
    if (!newest.isNewest(digest, id, index)) return 'overtakenByLaterLetter';
    const answer = overtaken(dead, digest, operatedAt);
    if (answer === 'yes') return 'overtaken';
    return answer === 'unknown' && !includeUncertain ? 'uncertain' : 'replayed';
  });
  if (fates.includes('uncertain')) return { kind: 'keep', because: 'uncertain' };

  const { audience } = original;
  const mutations = original.mutations
    .filter((_, index) => fates[index] === 'replayed')
    .map(({ operation, ...user }) => ({ audience, operation, user }));
  const requests = requestsOf(original, deadLetter.requestId);
  const messages = groupMutations(mutations, sharding).map((group) =>
    mutationsMessage([group], { requests, replay: { operatedAt, destination } }),
  );
  const count = (fate: Fate) => fates.filter((candidate) => candidate === fate).length;
  return publishing(messages, {
    replayed: count('replayed'),
    overtaken: count('overtaken'),
    overtakenByLaterLetter: count('overtakenByLaterLetter'),
  });
}

type Fate = 'replayed' | 'overtaken' | 'overtakenByLaterLetter' | 'uncertain';

function publishing(
  messages: readonly OutgoingMessage[],
  counts: Omit<PublishPlan, 'kind' | 'messages'>,
): PublishPlan {
  return { kind: 'publish', messages, ...counts };
}

/** So that the lines of a replay in the log bear the ids of the requests it goes back to. */
function requestsOf({ requests }: MutationsMessage, requestId: string | undefined) {
  const ids = requests.length > 0 || requestId === undefined ? requests : [requestId];
  return ids.map((id) => ({ requestId: id }));
}
