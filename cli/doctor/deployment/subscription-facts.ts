/** What a subscription of Pub/Sub is set to; a text that is not set is empty. */
export interface SubscriptionFacts {
  /** Its full name, or `_deleted-topic_`. */
  readonly topic: string;
  readonly pushEndpoint: string;
  /** The account that pushes prove to be of. */
  readonly pushAccount: string;
  /** What the proof is for. */
  readonly audience: string;
  readonly ackDeadlineSeconds: number;
  readonly isOrdered: boolean;
  /** Missing: at once. */
  readonly backoffSeconds:
    { readonly minimum: number; readonly maximum: number } | null | undefined;
  readonly retentionSeconds: number;
  /** Whether it is deleted when nobody uses it for a while. */
  readonly expires: boolean;
  readonly filter: string;
  readonly deadLetterTopic: string;
  readonly isDetached: boolean;
}
