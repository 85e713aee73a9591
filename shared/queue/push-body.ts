import { z } from 'zod';
import { MessageError } from '../errors.ts';
import type { Delivery } from './queue.ts';

/**
 * The body of a Pub/Sub push request. `deliveryAttempt` comes only with a dead-letter policy, which
 * we do not use, and never from the emulator.
 * Source: Cloud Pub/Sub, "Push subscriptions", message format (documented).
 */
const pushBody = z.object({
  /** `projects/…/subscriptions/…` */
  subscription: z.string().default(''),
  message: z.object({
    data: z.base64().default(''),
    attributes: z.record(z.string(), z.string()).default({}),
    messageId: z.string(),
    publishTime: z.iso.datetime({ offset: true }),
    orderingKey: z.string().exactOptional(),
  }),
  deliveryAttempt: z.int().exactOptional(),
});

/** Attribute of a message with its ordering key, for emulators: their pushes leave the key out. */
export const KEY_ATTRIBUTE = 'orderingKey';

/** What a push request brings. */
export interface Push {
  /** Name of the subscription that pushes, without its project. */
  readonly subscription: string;
  /** The ordering key; of a message without one, its own id. */
  readonly key: string;
  readonly delivery: Delivery;
}

/**
 * The message in a push request's body.
 * @throws MessageError when it is not Pub/Sub's.
 */
export function decodePush(body: Buffer): Push {
  const { subscription, message, deliveryAttempt } = parsePush(body);
  const { messageId, orderingKey, attributes } = message;
  return {
    subscription: subscription.slice(subscription.lastIndexOf('/') + 1),
    key: orderingKey ?? attributes[KEY_ATTRIBUTE] ?? messageId,
    delivery: {
      messageId,
      data: Buffer.from(message.data, 'base64'),
      attributes,
      publishTime: new Date(message.publishTime),
      deliveryAttempt,
    },
  };
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
