import type { AudienceMapReader } from '../../shared/audience-map/audience-map.ts';
import type { Sharding } from '../../shared/audience/shard.ts';
import type { Logger } from '../../shared/logger.ts';
import type { Publisher } from '../../shared/queue/queue.ts';
import type { Secret } from '../../shared/secrets/secrets.ts';

/** What intake works with; chosen in a composition root. */
export interface IntakeDependencies {
  readonly hmacSecret: Secret;
  /** `user:password`; undefined when Basic Auth is off. */
  readonly basicAuth: Secret | undefined;
  readonly publisher: Publisher;
  readonly audienceMap: AudienceMapReader;
  readonly log: Logger;
  readonly settings: IntakeSettings;
}

export interface IntakeSettings {
  readonly maxBodyBytes: number;
  /** What all requests under way may hold; beyond it they are answered 503. */
  readonly maxPendingBytes: number;
  /** How mutations are kept in order. */
  readonly sharding: Sharding;
  /** How long a request waits for the queue's acknowledgement. */
  readonly publishTimeoutMs: number;
  /** How long CREATE_AUDIENCE waits, in all, for the audience's record to settle. */
  readonly createTimeoutMs: number;
  /** Whether CREATE_AUDIENCE answers with the segment's id, which the DMP then uses. */
  readonly returnSegmentId: boolean;
  /** Names the project in Cloud Logging's traces. */
  readonly project?: string | undefined;
}
