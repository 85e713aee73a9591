import { PubSub, type GetSubscriptionMetadataResponse, type Policy } from '@google-cloud/pubsub';
import { boundedCall } from '../../../shared/bounded-call.ts';
import type { Looked } from '../looked.ts';
import { look, LOOK_TIMEOUT_MS } from './google-call.ts';
import type { Binding } from './binding.ts';
import type { SubscriptionFacts } from './subscription-facts.ts';

type IamBinding = NonNullable<Policy['bindings']>[number];

export interface PubSubLook {
  topic(name: string): Promise<Looked<string>>;
  subscription(name: string): Promise<Looked<SubscriptionFacts>>;
  /** Grants on a subscription itself. */
  bindings(subscription: string): Promise<Looked<Binding[]>>;
  close(): Promise<void>;
}

/** Looks at topics and subscriptions of a project; each is named as in the environment. */
export function createPubSubLook(projectId: string): PubSubLook {
  const pubsub = new PubSub({ projectId });
  const options = boundedCall(LOOK_TIMEOUT_MS);
  return {
    topic: (name) =>
      look(
        pubsub
          .topic(name)
          .getMetadata(options)
          .then(([topic]) => topic.name ?? ''),
      ),
    subscription: (name) =>
      look(
        pubsub
          .subscription(name)
          .getMetadata(options)
          .then(([metadata]) => factsOf(metadata)),
      ),
    bindings: (subscription) =>
      look(
        pubsub
          .subscription(subscription)
          .iam.getPolicy(options)
          .then(([policy]) => (policy.bindings ?? []).map(bindingOf)),
      ),
    close: () => pubsub.close(),
  };
}

function bindingOf({ role, members, condition }: IamBinding): Binding {
  return { role: role ?? '', members: members ?? [], isConditional: condition != null };
}

function factsOf(metadata: GetSubscriptionMetadataResponse[0]): SubscriptionFacts {
  const { pushConfig, retryPolicy, expirationPolicy } = metadata;
  return {
    topic: metadata.topic ?? '',
    pushEndpoint: pushConfig?.pushEndpoint ?? '',
    pushAccount: pushConfig?.oidcToken?.serviceAccountEmail ?? '',
    audience: pushConfig?.oidcToken?.audience ?? '',
    ackDeadlineSeconds: metadata.ackDeadlineSeconds ?? 0,
    isOrdered: metadata.enableMessageOrdering === true,
    backoffSeconds: retryPolicy && {
      minimum: secondsOf(retryPolicy.minimumBackoff),
      maximum: secondsOf(retryPolicy.maximumBackoff),
    },
    retentionSeconds: secondsOf(metadata.messageRetentionDuration),
    // Without a policy it expires after 31 days without use; with one that has no time, never.
    expires: expirationPolicy == null || expirationPolicy.ttl != null,
    filter: metadata.filter ?? '',
    deadLetterTopic: metadata.deadLetterPolicy?.deadLetterTopic ?? '',
    isDetached: metadata.detached === true,
  };
}

function secondsOf(
  duration: { seconds?: unknown; nanos?: number | null } | null | undefined,
): number {
  return Number(duration?.seconds ?? 0) + (duration?.nanos ?? 0) / 1e9;
}
