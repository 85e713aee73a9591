import { PubSub, type Subscription, type Topic } from '@google-cloud/pubsub';
import { boundedCall } from '../bounded-call.ts';
import { PlatformError } from '../errors.ts';
import { ACK_DEADLINE_SECONDS } from './pubsub-consumer.ts';

const PROVISION_TIMEOUT_MS = 10_000;
/** The longest there is: a wake is held open while there is work. */
const WAKE_ACK_DEADLINE_SECONDS = 600;

export interface PushWiring {
  readonly projectId: string;
  readonly topic: string;
  readonly deadLetterTopic: string;
  readonly pushEndpoint: string;
}

export interface ProvisionedPush {
  /**
   * Creates a further push subscription on the topic, for another forward; it gets what is published
   * from now on.
   * @throws PlatformError QUEUE_UNAVAILABLE when Pub/Sub does not answer in time.
   */
  addSubscription(pushEndpoint: string): Promise<void>;
  /** Deletes what was created. */
  remove(): Promise<void>;
}

export interface PullWiring {
  readonly projectId: string;
  readonly topic: string;
  readonly deadLetterTopic: string;
}

export interface ProvisionedPull {
  /**
   * Creates the subscriptions of a forward: one that it pulls, and one that wakes each of its instances.
   * @param name of the pull subscription
   * @throws PlatformError QUEUE_UNAVAILABLE when Pub/Sub does not answer in time.
   */
  addSubscriptions(name: string, wakeEndpoints: readonly string[]): Promise<void>;
  /** Deletes what was created. */
  remove(): Promise<void>;
}

/**
 * Creates a topic, and a dead-letter topic with a subscription that keeps what arrives.
 * @throws PlatformError QUEUE_UNAVAILABLE when Pub/Sub does not answer in time.
 */
export async function provisionPull(wiring: PullWiring): Promise<ProvisionedPull> {
  const pubsub = new PubSub({ projectId: wiring.projectId });
  const gaxOpts = boundedCall(PROVISION_TIMEOUT_MS);
  const created: { delete(): Promise<unknown> }[] = [];
  try {
    const [topic] = await pubsub.createTopic(wiring.topic, gaxOpts);
    const [deadLetterTopic] = await pubsub.createTopic(wiring.deadLetterTopic, gaxOpts);
    const [deadLetters] = await deadLetterTopic.createSubscription(wiring.deadLetterTopic, {
      gaxOpts,
    });
    return {
      addSubscriptions: async (name, wakeEndpoints) => {
        try {
          const [pull] = await topic.createSubscription(name, {
            gaxOpts,
            enableMessageOrdering: true,
            ackDeadlineSeconds: ACK_DEADLINE_SECONDS,
          });
          created.push(pull);
          for (const [index, pushEndpoint] of wakeEndpoints.entries()) {
            const [wake] = await topic.createSubscription(`${name}-wake-${index + 1}`, {
              gaxOpts,
              pushConfig: { pushEndpoint },
              ackDeadlineSeconds: WAKE_ACK_DEADLINE_SECONDS,
              retryPolicy: { minimumBackoff: { seconds: 1 }, maximumBackoff: { seconds: 60 } },
            });
            created.push(wake);
          }
        } catch (error) {
          throw unavailable(error);
        }
      },
      remove: async () => {
        await Promise.all([...created, deadLetters].map((one) => one.delete()));
        await Promise.all([topic.delete(), deadLetterTopic.delete()]);
        await pubsub.close();
      },
    };
  } catch (error) {
    await pubsub.close();
    throw unavailable(error);
  }
}

/**
 * Creates a topic with an ordered push subscription, and a dead-letter topic with a subscription that
 * keeps what arrives: what Terraform does for a deployment, for an emulator.
 * @throws PlatformError QUEUE_UNAVAILABLE when Pub/Sub does not answer in time.
 */
export async function provisionPush(wiring: PushWiring): Promise<ProvisionedPush> {
  const pubsub = new PubSub({ projectId: wiring.projectId });
  try {
    return await provision(pubsub, wiring);
  } catch (error) {
    await pubsub.close();
    throw unavailable(error);
  }
}

async function provision(pubsub: PubSub, wiring: PushWiring): Promise<ProvisionedPush> {
  const gaxOpts = boundedCall(PROVISION_TIMEOUT_MS);
  const [topic] = await pubsub.createTopic(wiring.topic, gaxOpts);
  const subscriptions = [await createPush(topic, `${wiring.topic}-forward`, wiring.pushEndpoint)];
  const [deadLetterTopic] = await pubsub.createTopic(wiring.deadLetterTopic, gaxOpts);
  const [deadLetters] = await deadLetterTopic.createSubscription(wiring.deadLetterTopic, {
    gaxOpts,
  });

  return {
    addSubscription: async (pushEndpoint) => {
      const name = `${wiring.topic}-forward-${subscriptions.length + 1}`;
      try {
        subscriptions.push(await createPush(topic, name, pushEndpoint));
      } catch (error) {
        throw unavailable(error);
      }
    },
    remove: async () => {
      await Promise.all([...subscriptions, deadLetters].map((one) => one.delete()));
      await Promise.all([topic.delete(), deadLetterTopic.delete()]);
      await pubsub.close();
    },
  };
}

async function createPush(topic: Topic, name: string, pushEndpoint: string): Promise<Subscription> {
  const [subscription] = await topic.createSubscription(name, {
    pushConfig: { pushEndpoint },
    gaxOpts: boundedCall(PROVISION_TIMEOUT_MS),
    enableMessageOrdering: true,
    ackDeadlineSeconds: 600,
    retryPolicy: { minimumBackoff: { seconds: 1 }, maximumBackoff: { seconds: 600 } },
  });
  return subscription;
}

function unavailable(cause: unknown): PlatformError {
  const text = 'Pub/Sub did not take the topics of the relay: does PUBSUB_EMULATOR_HOST answer?';
  return new PlatformError('QUEUE_UNAVAILABLE', text, { cause });
}
