import { PubSub } from '@google-cloud/pubsub';
import { boundedCall } from '../bounded-call.ts';
import { PlatformError } from '../errors.ts';

const PROVISION_TIMEOUT_MS = 10_000;

export interface PushWiring {
  readonly projectId: string;
  readonly topic: string;
  readonly deadLetterTopic: string;
  readonly pushEndpoint: string;
}

export interface ProvisionedPush {
  /** Deletes what was created. */
  remove(): Promise<void>;
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
    const text = 'Pub/Sub did not take the topics of the relay: does PUBSUB_EMULATOR_HOST answer?';
    throw new PlatformError('QUEUE_UNAVAILABLE', text, { cause: error });
  }
}

async function provision(pubsub: PubSub, wiring: PushWiring): Promise<ProvisionedPush> {
  const gaxOpts = boundedCall(PROVISION_TIMEOUT_MS);
  const [topic] = await pubsub.createTopic(wiring.topic, gaxOpts);
  const [push] = await topic.createSubscription(`${wiring.topic}-forward`, {
    pushConfig: { pushEndpoint: wiring.pushEndpoint },
    gaxOpts,
    enableMessageOrdering: true,
    ackDeadlineSeconds: 600,
    retryPolicy: { minimumBackoff: { seconds: 1 }, maximumBackoff: { seconds: 600 } },
  });
  const [deadLetterTopic] = await pubsub.createTopic(wiring.deadLetterTopic, gaxOpts);
  const [deadLetters] = await deadLetterTopic.createSubscription(wiring.deadLetterTopic, {
    gaxOpts,
  });

  return {
    remove: async () => {
      await Promise.all([push.delete(), deadLetters.delete()]);
      await Promise.all([topic.delete(), deadLetterTopic.delete()]);
      await pubsub.close();
    },
  };
}
