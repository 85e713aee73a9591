import type { Config } from '../../shared/config.ts';
import type { IntakeSettings } from './dependencies.ts';

type Variables = Pick<
  Config<'localStack'>,
  | 'MAX_BODY_BYTES'
  | 'MAX_PENDING_BYTES'
  | 'SHARDS'
  | 'MEMBER_ID'
  | 'PUBLISH_TIMEOUT_MS'
  | 'CREATE_TIMEOUT_MS'
  | 'RETURN_SEGMENT_ID'
>;

/** Intake's settings as the environment names them. */
export function intakeSettings(config: Variables): IntakeSettings {
  return {
    maxBodyBytes: config.MAX_BODY_BYTES,
    maxPendingBytes: config.MAX_PENDING_BYTES,
    sharding: { shards: config.SHARDS, memberId: config.MEMBER_ID },
    publishTimeoutMs: config.PUBLISH_TIMEOUT_MS,
    createTimeoutMs: config.CREATE_TIMEOUT_MS,
    returnSegmentId: config.RETURN_SEGMENT_ID,
  };
}
