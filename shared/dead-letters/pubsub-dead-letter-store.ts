import { Duration, PubSub, type Message, type Subscription } from '@google-cloud/pubsub';
import { boundedCall } from '../bounded-call.ts';
import { PlatformError } from '../errors.ts';
import {
  SESSION_LIMITS,
  type DeadLetterSession,
  type DeadLetterStore,
  type SessionLimits,
} from './dead-letter-store.ts';
import { createGathering } from './gathering.ts';

/** Ids of acknowledgements are some 200 bytes long, and a request takes 512 kB. */
const IDS_PER_CALL = 1_000;
/** Pub/Sub's largest message: one beyond the limits of a session still comes, and tells so. */
const MAX_MESSAGE_BYTES = 10_000_000;
const PERMISSION_DENIED = 7;

export interface PubSubDeadLetterStoreOptions {
  /** Default: the project of the credentials in force, or of the emulator. */
  readonly projectId?: string | undefined;
  /** Name of a pull subscription, or `projects/P/subscriptions/S`. */
  readonly subscription: string;
  /** A session holds what came until nothing new came for this long. */
  readonly quietMs?: number;
  /** After this time a call to Pub/Sub has failed. */
  readonly callTimeoutMs?: number;
  readonly limits?: SessionLimits;
}

/** Dead letters on a Pub/Sub pull subscription: held by the client's lease, removed by acknowledging. */
export function createPubSubDeadLetterStore(
  options: PubSubDeadLetterStoreOptions,
): DeadLetterStore {
  const { projectId, quietMs = 3_000, callTimeoutMs = 10_000, limits = SESSION_LIMITS } = options;
  const pubsub = new PubSub(projectId === undefined ? {} : { projectId });

  return {
    open: async () => {
      const subscription = pubsub.subscription(options.subscription, {
        flowControl: {
          maxMessages: limits.maxLetters + 1,
          maxBytes: limits.maxBytes + MAX_MESSAGE_BYTES,
          allowExcessMessages: false,
        },
        streamingOptions: { maxStreams: 1 },
        closeOptions: { timeout: Duration.from({ milliseconds: callTimeoutMs }) },
      });
      try {
        // Where there is an emulator and no project, the client throws beyond the reach of any catch.
        if (projectId === undefined) await pubsub.auth.getProjectId();
        await expectAnswer(subscription, callTimeoutMs);
        return await gather(subscription, { quietMs, callTimeoutMs, limits });
      } catch (error) {
        await subscription.close();
        const text =
          'Pub/Sub did not hand out the dead letters: check DEAD_LETTER_SUBSCRIPTION, GOOGLE_CLOUD_PROJECT, ' +
          'your grants on it (roles/pubsub.subscriber) and the network.';
        throw new PlatformError('QUEUE_UNAVAILABLE', text, { cause: error });
      }
    },
    close: () => pubsub.close(),
  };
}

/** A stream that cannot connect stays silent for ever, and would pass for an empty subscription. */
async function expectAnswer(subscription: Subscription, timeoutMs: number): Promise<void> {
  try {
    await subscription.getMetadata(boundedCall(timeoutMs));
  } catch (error) {
    // It answers: who may pull need not be allowed to look, and the stream tells who may not pull.
    if (error instanceof Error && 'code' in error && error.code === PERMISSION_DENIED) return;
    throw error;
  }
}

async function gather(
  subscription: Subscription,
  options: { quietMs: number; callTimeoutMs: number; limits: SessionLimits },
): Promise<DeadLetterSession> {
  const { quietMs, callTimeoutMs } = options;
  const gathering = createGathering(options.limits);
  /** All that this session was handed, by id: what comes again has a new id to acknowledge it by. */
  const messages = new Map<string, Message>();

  await new Promise<void>((resolve, reject) => {
    let timer = setTimeout(resolve, quietMs);
    subscription.on('message', (message: Message) => {
      const isNew = !messages.has(message.id);
      if (isNew && !gathering.add(message.id, message.data)) {
        // Held, like all that comes from now on, until the session is closed: let go, it would return.
        resolve();
        return;
      }
      messages.set(message.id, message);
      clearTimeout(timer);
      timer = setTimeout(resolve, quietMs);
    });
    // It stays on after the gathering, when removing tells what works and what does not.
    subscription.on('error', reject);
  });
  // What came after the last letter counted belongs to the next session.
  const result = gathering.result();

  return {
    ...result,
    remove: async (ids) => {
      const gone = ids.flatMap((id) => messages.get(id) ?? []);
      for (let start = 0; start < gone.length; start += IDS_PER_CALL) {
        await acknowledge(subscription, gone.slice(start, start + IDS_PER_CALL), callTimeoutMs);
      }
    },
    close: () => subscription.close(),
  };
}

/** `message.ack()` alone would neither tell when the acknowledgement has arrived nor that it has not. */
async function acknowledge(
  subscription: Subscription,
  messages: readonly Message[],
  timeoutMs: number,
): Promise<void> {
  const request = {
    client: 'SubscriberClient',
    method: 'acknowledge',
    reqOpts: { subscription: subscription.name, ackIds: messages.map(({ ackId }) => ackId) },
    gaxOpts: boundedCall(timeoutMs),
  } as const;
  await new Promise<void>((resolve, reject) => {
    subscription.request(request, (error) => {
      if (error === null) {
        resolve();
        return;
      }
      const text = 'Pub/Sub did not take the removal of dead letters: they may be there still.';
      reject(new PlatformError('QUEUE_UNAVAILABLE', text, { cause: error }));
    });
  });
  // The client's own books: it no longer extends their lease.
  for (const message of messages) message.ack();
}
