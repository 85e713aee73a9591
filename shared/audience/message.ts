/**
 * What travels in the queue: the `data` of a Pub/Sub message, JSON. `version` lets a message
 * published by an old deployment be understood, or recognised as foreign, by a new one.
 */
import { z } from 'zod';
import { MessageError } from '../errors.ts';

export const MESSAGE_VERSION = 1;

const operation = z.enum(['add', 'remove']);
const user = z.object({
  uuid: z.string().exactOptional(),
  externalUserId: z.string().exactOptional(),
});

const version = z.literal(MESSAGE_VERSION);
const mutations = z.object({
  version,
  kind: z.literal('mutations'),
  audience: z.string(),
  /** The requests they came with, by their ids. */
  requests: z.array(z.string()).default([]),
  /** In the order in which they were requested. */
  mutations: z.array(user.extend({ operation })),
});
const createAudience = z.object({
  version,
  kind: z.literal('create-audience'),
  /** Tells intake, which waits for the outcome, that the outcome is that of its own request. */
  requestId: z.string(),
  audience: z.object({ id: z.string(), name: z.string(), customer: z.int().optional() }),
});
const rejectedEntries = z.object({
  version,
  kind: z.literal('rejected-entries'),
  /** Intake may publish to one topic only, so what it sets aside reaches the dead letters by forward. */
  entries: z.array(
    z.object({
      reason: z.string(),
      operation,
      /** The entry's JSON, cut off where it is too long to keep. */
      entry: z.string(),
    }),
  ),
});

const message = z.discriminatedUnion('kind', [mutations, createAudience, rejectedEntries]);

export type Message = z.infer<typeof message>;
export type MutationsMessage = z.infer<typeof mutations>;
export type CreateAudienceMessage = z.infer<typeof createAudience>;
export type RejectedEntriesMessage = z.infer<typeof rejectedEntries>;
export type MessageMutation = MutationsMessage['mutations'][number];

/** The bytes of a message as they are published. */
export function encodeMessage(value: Message): Buffer {
  return Buffer.from(JSON.stringify(value), 'utf8');
}

/**
 * The message in a delivery's bytes.
 * @throws MessageError when it is not JSON, of another version or of an unknown shape.
 */
export function decodeMessage(data: Uint8Array): Message {
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(data).toString('utf8'));
  } catch {
    // JSON.parse quotes the text it fails on, so its error is not passed on.
    throw new MessageError('The message is not JSON.');
  }
  const result = message.safeParse(value);
  if (result.success) return result.data;
  const path = result.error.issues[0]?.path ?? [];
  const at = path.length === 0 ? 'the top' : path.join('.');
  throw new MessageError(`The message is no message of version ${MESSAGE_VERSION} (at ${at}).`);
}
