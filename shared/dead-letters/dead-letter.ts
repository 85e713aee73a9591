/** What was given up on, with its reason: the message on the dead-letter topic. */
import { z } from 'zod';
import { MessageError } from '../errors.ts';

export const DEAD_LETTER_VERSION = 1;

export const DEAD_LETTER_REASONS = [
  /** Older than the retry window. */
  'retry-window-ended',
  /** Not a message of ours: redelivery cannot help. */
  'message-undecodable',
  /** Intake set the entry aside: it is no valid mutation. */
  'entry-invalid',
  /** The third party refused the member for good. */
  'member-rejected',
  /** The third party kept failing over this member while it took others. */
  'member-failing',
  /** It was being delivered at three crashes of the process. */
  'process-crashed',
] as const;

export type DeadLetterReason = (typeof DEAD_LETTER_REASONS)[number];

/** JSON on the dead-letter topic. */
export const deadLetter = z.object({
  version: z.literal(DEAD_LETTER_VERSION),
  reason: z.enum(DEAD_LETTER_REASONS),
  /** The reason in words, for an operator. */
  text: z.string(),
  destination: z.string(),
  audience: z.string().optional(),
  /** Members or entries in it. */
  members: z.number(),
  requestId: z.string().optional(),
  messageId: z.string(),
  /** When the operations were first published; a replay does not change it. */
  publishedAt: z.iso.datetime(),
  /** When they were given up on. */
  deadAt: z.iso.datetime(),
  /** Base64 of the message's bytes, reduced to what was given up on: what a replay publishes. */
  original: z.base64(),
  /** Whether `original` is only the beginning: a foreign message too large to be kept whole. */
  truncated: z.boolean(),
});

export type DeadLetter = Readonly<z.infer<typeof deadLetter>>;

export function encodeDeadLetter(value: DeadLetter): Buffer {
  return Buffer.from(JSON.stringify(value), 'utf8');
}

/**
 * The dead letter in the bytes of a message of the dead-letter topic.
 * @throws MessageError when it is none.
 */
export function decodeDeadLetter(data: Uint8Array): DeadLetter {
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(data).toString('utf8'));
  } catch {
    // JSON.parse quotes the text it fails on, so its error is not passed on.
    throw new MessageError('The dead letter is not JSON.');
  }
  const result = deadLetter.safeParse(value);
  if (result.success) return result.data;
  const at = result.error.issues[0]?.path.join('.') ?? '';
  throw new MessageError(
    `The dead letter is none of version ${DEAD_LETTER_VERSION} (at ${at || 'the top'}).`,
  );
}
