import { z } from 'zod';
import { MessageError } from '../errors.ts';
import type { Delivery } from './queue.ts';

/**
 * The body of a Pub/Sub push request. `deliveryAttempt` comes only with a dead-letter policy, which
 * we do not use, and never from the emulator.
 * Source: Cloud Pub/Sub, "Push subscriptions", message format (documented).
 */
const pushBody = z.object({
  message: z.object({
    data: z.base64().default(''),
    attributes: z.record(z.string(), z.string()).default({}),
    messageId: z.string(),
    publishTime: z.iso.datetime({ offset: true }),
    orderingKey: z.string().exactOptional(),
  }),
  deliveryAttempt: z.int().exactOptional(),
});

/**
 * The delivery in a push request's body.
 * @throws MessageError when it is not Pub/Sub's.
 */
export function decodePush(body: Buffer): Delivery {
  const { message, deliveryAttempt } = parsePush(body);
  return {
    messageId: message.messageId,
    data: Buffer.from(message.data, 'base64'),
    attributes: message.attributes,
    publishTime: new Date(message.publishTime),
    deliveryAttempt,
  };
}

/** Attribute of a message with its ordering key, for emulators: their pushes leave the key out. */
export const KEY_ATTRIBUTE = 'orderingKey';

/**
 * The message that a wake tells of, and its ordering key.
 * @throws MessageError when the body is not a push of Pub/Sub's.
 */
export function decodeWake(body: Buffer): { messageId: string; key: string } {
  const { messageId, orderingKey, attributes } = parsePush(body).message;
  return { messageId, key: orderingKey ?? attributes[KEY_ATTRIBUTE] ?? messageId };
}

function parsePush(body: Buffer): z.output<typeof pushBody> {
  let value: unknown;
  try {
    value = JSON.parse(body.toString('utf8'));
  } catch {
    // JSON.parse quotes the text it fails on, so its error is not passed on.
    throw new MessageError('The push request is not JSON: only Pub/Sub may call this function.');
  }
  const result = pushBody.safeParse(value);
  if (!result.success) {
    const at = result.error.issues.map(({ path }) => path.join('.')).join(', ');
    throw new MessageError(`The push request is not Pub/Sub's (at ${at}).`);
  }
  return result.data;
}
