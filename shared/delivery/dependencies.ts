import type { AudienceMap } from '../audience-map/audience-map.ts';
import type { decodeMessage } from '../audience/message.ts';
import type { MemberId } from '../audience/shard.ts';
import type { DeadMembers } from '../dead-letters/dead-members.ts';
import type { Destination } from '../destinations/destination.ts';
import type { Logger } from '../logger.ts';
import type { Publisher } from '../queue/queue.ts';
import type { RetryBriefly } from './brief-retry.ts';
import type { CircuitSettings } from './circuit.ts';

/** What the delivery works with; chosen in a composition root. */
export interface DeliveryDependencies {
  readonly destination: Destination;
  readonly audienceMap: AudienceMap;
  readonly deadLetters: Publisher;
  readonly deadMembers: DeadMembers;
  /** Which of a user's ids the third party knows. */
  readonly memberId: MemberId;
  /** What becomes of mutations of an audience that nobody created: they wait, or create it. */
  readonly unknownAudience: 'wait' | 'create';
  /** Age from publish beyond which a message is given up on. */
  readonly retryWindowMs: number;
  /** How long a crashed creation keeps others from trying. */
  readonly leaseMs: number;
  /** Default: {@link createBriefRetry}'s. */
  readonly retryBriefly?: RetryBriefly;
  /** When the third party is left alone. */
  readonly circuit?: Pick<CircuitSettings, 'failuresToOpen' | 'faultPauseMs'>;
  /** Told when the third party refuses us: its credentials may have been changed. */
  readonly onDestinationFault?: () => void;
  /** Called when an audience has its segment: what waits for it can go on. */
  readonly onAudienceReady?: (audience: string) => void;
  /** Called when a creation waits in the audience map, with the time of its next try. */
  readonly onCreationPostponed?: (dueAt: Date) => void;
  /** Called when calls are taken again after a pause: what waits for the platform can go on. */
  readonly onPlatformResumed?: () => void;
  /** Default: {@link decodeMessage}. */
  readonly decode?: typeof decodeMessage;
  readonly log: Logger;
  readonly now?: () => number;
}
