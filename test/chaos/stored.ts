/** The order in which the queue stored what intake published: says at whose side a wrong state arose. */
import { PubSub } from '@google-cloud/pubsub';
import { decodeMessage } from '../../shared/audience/message.ts';
import { createPubSubConsumer } from '../../shared/queue/pubsub-consumer.ts';
import { emulatorVariables } from '../setup/emulator-variables.ts';

export interface StoredMessages {
  /** The users each audience has once every message is delivered in its order. Can be read once. */
  members(): Promise<ReadonlyMap<string, ReadonlySet<string>>>;
}

const LEASE_MS = 600_000;
/** The emulator hands out what it holds at once. */
const EMPTY_PULLS = 3;

/** Subscribes to a topic; what is published from now on is kept until it is read. */
export async function keepStoredMessages(
  projectId: string,
  topic: string,
): Promise<StoredMessages> {
  const subscription = `${topic}-stored`;
  const pubsub = new PubSub({ projectId });
  await pubsub.topic(topic).createSubscription(subscription, {
    enableMessageOrdering: true,
    ackDeadlineSeconds: LEASE_MS / 1_000,
  });
  await pubsub.close();

  return {
    members: async () => {
      const members = new Map<string, Set<string>>();
      const consumer = createPubSubConsumer({
        projectId,
        subscription,
        leaseMs: LEASE_MS,
        ackDeadlineMs: LEASE_MS,
        emulatorHost: emulatorVariables()['PUBSUB_EMULATOR_HOST'],
      });
      for (let empty = 0; empty < EMPTY_PULLS;) {
        const batches = await consumer.pull({ maxMessages: 100, maxBytes: Infinity });
        empty = batches.length === 0 ? empty + 1 : 0;
        for (const { messages } of batches) {
          for (const { data } of messages) apply(data, members);
          await consumer.acknowledge(messages);
        }
      }
      await consumer.close();
      return members;
    },
  };
}

function apply(data: Uint8Array, members: Map<string, Set<string>>): void {
  const message = decodeMessage(data);
  if (message.kind !== 'mutations') return;
  const ofAudience = members.get(message.audience) ?? new Set<string>();
  members.set(message.audience, ofAudience);
  for (const { externalUserId = '', operation } of message.mutations) {
    if (operation === 'add') ofAudience.add(externalUserId);
    else ofAudience.delete(externalUserId);
  }
}
