import { decodeMessage, type Message, type MutationsMessage } from '../audience/message.ts';
import { memberIdOf, type MemberId } from '../audience/shard.ts';
import { MessageError } from '../errors.ts';
import type { DeadLetter } from './dead-letter.ts';
import { digestOf } from './digest-of.ts';

/** The message in a dead letter, or why there is none. */
export type Original = Message | { readonly kind: 'truncated' | 'undecodable' };

/** The message that was given up on, or its part that was. */
export function originalOf({ original, truncated }: DeadLetter): Original {
  if (truncated) return { kind: 'truncated' };
  try {
    return decodeMessage(Buffer.from(original, 'base64'));
  } catch (error) {
    if (error instanceof MessageError) return { kind: 'undecodable' };
    throw error;
  }
}

/**
 * For every mutation, the digest of its user in its audience; undefined where the user has no id that
 * the third party knows.
 */
export function memberDigests(
  { audience, mutations }: MutationsMessage,
  memberId: MemberId,
): (string | undefined)[] {
  return mutations.map((user) => {
    const id = memberIdOf(user, memberId);
    return id === undefined ? undefined : digestOf(audience, id);
  });
}
