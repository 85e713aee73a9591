import { PubSub, type Topic } from '@google-cloud/pubsub';
import { boundedCall } from '../bounded-call.ts';
import { PlatformError } from '../errors.ts';
import { ACK_DEADLINE_SECONDS } from './pubsub-consumer.ts';

const PROVISION_TIMEOUT_MS = 10_000;
/** The longest there is: a wake is held open while there is work. */
const PUSH_ACK_DEADLINE_SECONDS = 600;

export interface Topics {
  readonly projectId: string;
  /** Name of the topic of mutations. */
  readonly topic: string;
  /** Name of the topic of creations and rejected entries. */
  readonly controlTopic: string;
  readonly deadLetterTopic: string;
}

export interface Provisioned {
  /**
   * Creates the subscriptions of a forward, which get what is published from now on: one that it pulls, one
   * that wakes each of its instances ({@link wakeOf}), and one that pushes control messages to the first.
   * @param name of the pull subscription
   * @throws PlatformError QUEUE_UNAVAILABLE when Pub/Sub does not answer in time.
   */
  addForward(name: string, endpoints: readonly string[]): Promise<void>;
  /** Deletes what was created. */
  remove(): Promise<void>;
}

/** The name of the subscription that wakes an instance of a forward, counted from 0. */
export function wakeOf(subscription: string, instance = 0): string {
  return `${subscription}-wake-${instance + 1}`;
}

/**
 * Creates the topics, and a subscription that keeps dead letters: what Terraform does for a deployment, for
 * an emulator.
 * @throws PlatformError QUEUE_UNAVAILABLE when Pub/Sub does not answer in time.
 */
export async function provision(topics: Topics): Promise<Provisioned> {
  const pubsub = new PubSub({ projectId: topics.projectId });
  const gaxOpts = boundedCall(PROVISION_TIMEOUT_MS);
  const created: { delete(): Promise<unknown> }[] = [];
  const create = async (name: string): Promise<Topic> => {
    const [topic] = await pubsub.createTopic(name, gaxOpts);
    created.unshift(topic);
    return topic;
  };
  const subscribe = async (topic: Topic, name: string, options: object = {}): Promise<void> => {
    const [subscription] = await topic.createSubscription(name, { gaxOpts, ...options });
    created.unshift(subscription);
  };
  const pushTo = (pushEndpoint: string) => ({
    pushConfig: { pushEndpoint },
    ackDeadlineSeconds: PUSH_ACK_DEADLINE_SECONDS,
    retryPolicy: { minimumBackoff: { seconds: 1 }, maximumBackoff: { seconds: 60 } },
  });
  try {
    const mutations = await create(topics.topic);
    const control = await create(topics.controlTopic);
    await subscribe(await create(topics.deadLetterTopic), topics.deadLetterTopic);
    return {
      addForward: async (name, endpoints) => {
        try {
          const pull = { enableMessageOrdering: true, ackDeadlineSeconds: ACK_DEADLINE_SECONDS };
          await subscribe(mutations, name, pull);
          for (const [instance, endpoint] of endpoints.entries()) {
            await subscribe(mutations, wakeOf(name, instance), pushTo(endpoint));
          }
          const [first = ''] = endpoints;
          const pushed = { ...pushTo(first), enableMessageOrdering: true };
          await subscribe(control, `${name}-control`, pushed);
        } catch (error) {
          throw unavailable(error);
        }
      },
      remove: async () => {
        // Subscriptions come before their topics.
        for (const one of created) await one.delete();
        await pubsub.close();
      },
    };
  } catch (error) {
    await pubsub.close();
    throw unavailable(error);
  }
}

function unavailable(cause: unknown): PlatformError {
  const text = 'Pub/Sub did not take the topics of the relay: does PUBSUB_EMULATOR_HOST answer?';
  return new PlatformError('QUEUE_UNAVAILABLE', text, { cause });
}
