import type { AudienceMap } from '../audience-map/audience-map.ts';
import type { Destination } from '../destinations/destination.ts';
import type { Logger } from '../logger.ts';
import type { Publisher } from '../queue/queue.ts';
import type { RetryBriefly } from './brief-retry.ts';

/** What the delivery works with; chosen in a composition root. */
export interface DeliveryDependencies {
  readonly destination: Destination;
  readonly audienceMap: AudienceMap;
  readonly deadLetters: Publisher;
  /** Which of a user's ids the third party knows. */
  readonly memberId: 'external_user_id' | 'uuid';
  /** Age from publish beyond which a message is given up on. */
  readonly retryWindowMs: number;
  /** How long a crashed creation keeps others from trying. */
  readonly leaseMs: number;
  /** Default: {@link createBriefRetry}'s. */
  readonly retryBriefly?: RetryBriefly;
  readonly log: Logger;
  readonly now?: () => number;
}
