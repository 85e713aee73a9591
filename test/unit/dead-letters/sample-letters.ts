import type { MessageMutation } from '../../../shared/audience/message.ts';
import {
  DEAD_LETTER_VERSION,
  encodeDeadLetter,
  type DeadLetter,
} from '../../../shared/dead-letters/dead-letter.ts';
import type { StoredDeadLetter } from '../../../shared/dead-letters/dead-letter-store.ts';
import type { OutgoingMessage } from '../../../shared/queue/queue.ts';
import { encodeAnyMessage } from '../../setup/encode-any-message.ts';

export const AUDIENCE = 'a.1';

/** A time of the day of the samples, in milliseconds since the epoch. */
export const at = (time: string) => Date.parse(`2026-11-02T${time}Z`);

/** `add:anna` or `remove:anna`; the user's id at the third party. */
export function mutation(text: string): MessageMutation {
  const [operation = '', user = ''] = text.split(':');
  return { operation: operation as 'add' | 'remove', externalUserId: user };
}

function mutationsBytes(texts: readonly string[], audience = AUDIENCE): Buffer {
  const mutations = texts.map(mutation);
  return encodeAnyMessage({ kind: 'mutations', audience, requests: ['r-1'], mutations });
}

/** A dead letter of mutations that were published at `time` and given up on an hour later. */
export function letter(
  time: string,
  mutations: readonly string[],
  overrides: Partial<DeadLetter> = {},
): DeadLetter {
  const audience = overrides.audience ?? AUDIENCE;
  const publishedAt = at(time);
  return {
    version: DEAD_LETTER_VERSION,
    reason: 'member-rejected',
    text: 'answered 400',
    destination: 'pangolin',
    audience,
    members: mutations.length,
    requestId: 'r-1',
    messageId: `m-${time}`,
    publishedAt: new Date(publishedAt).toISOString(),
    deadAt: new Date(publishedAt + 3_600_000).toISOString(),
    original: mutationsBytes(mutations, audience).toString('base64'),
    truncated: false,
    ...overrides,
  };
}

export function stored(id: string, deadLetter: DeadLetter): StoredDeadLetter {
  return { id, deadLetter };
}

/** As forward publishes it. */
export function published(deadLetter: DeadLetter): OutgoingMessage {
  return { data: encodeDeadLetter(deadLetter), attributes: { reason: deadLetter.reason } };
}
