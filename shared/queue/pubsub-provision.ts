import { PubSub } from '@google-cloud/pubsub';

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
 */
export async function provisionPush(wiring: PushWiring): Promise<ProvisionedPush> {
  const pubsub = new PubSub({ projectId: wiring.projectId });
  const [topic] = await pubsub.createTopic(wiring.topic);
  const [push] = await topic.createSubscription(`${wiring.topic}-forward`, {
    pushConfig: { pushEndpoint: wiring.pushEndpoint },
    enableMessageOrdering: true,
    ackDeadlineSeconds: 60,
    retryPolicy: { minimumBackoff: { seconds: 1 }, maximumBackoff: { seconds: 600 } },
  });
  const [deadLetterTopic] = await pubsub.createTopic(wiring.deadLetterTopic);
  const [deadLetters] = await deadLetterTopic.createSubscription(wiring.deadLetterTopic);

  return {
    remove: async () => {
      await Promise.all([push.delete(), deadLetters.delete()]);
      await Promise.all([topic.delete(), deadLetterTopic.delete()]);
      await pubsub.close();
    },
  };
}
