import type {
  Batch,
  BatchEnvironment,
  CustomEvent,
  CustomEventData,
} from '@mparticle/event-models';
import type { Member, MicroBatch } from '../destination.ts';
import { operationId } from '../operation-id.ts';
import type { EventsApiOptions } from './options.ts';

/** What the Events API is told of one user. The models' enums as the texts that they are. */
export type EventBatch = Pick<
  Batch,
  'source_request_id' | 'user_identities' | 'user_attributes' | 'deleted_user_attributes'
> & {
  readonly environment: BatchEnvironment;
  readonly events?: readonly MembershipEvent[];
};

interface MembershipEvent {
  readonly event_type: `${CustomEvent['event_type']}`;
  readonly data: Omit<CustomEventData, 'custom_event_type'> & {
    readonly custom_event_type: `${CustomEventData['custom_event_type']}`;
  };
}

/** A member whose id is written as the options say. */
export interface IdentifiedMember extends Member {
  readonly id: string;
  readonly operation: MicroBatch['operation'];
}

/** The batch that tells of a member joining or leaving a segment. */
export function writeEventBatch(
  member: IdentifiedMember,
  options: EventsApiOptions & { readonly requestId: string },
): EventBatch {
  const { environment, identity, requestId } = options;
  return {
    source_request_id: requestId,
    environment,
    user_identities: { [identity]: member.id },
    ...(options.mode === 'attributes'
      ? membershipAttribute(member)
      : { events: [membershipEvent(member, { eventName: options.eventName, requestId })] }),
  };
}

/**
 * The id by which Rokt tells a redelivery, for 30 days or more. What several deployments say with one API
 * key is kept apart.
 */
export function requestIdOf(
  { operation, ...member }: IdentifiedMember,
  { mode, environment, identity }: EventsApiOptions,
): string {
  return operationId(operation, { ...member, user: member.id }, [mode, environment, identity]);
}

function membershipAttribute({ segment, operation }: IdentifiedMember): Partial<EventBatch> {
  return operation === 'add'
    ? { user_attributes: { [segment]: 'true' } }
    : { deleted_user_attributes: [segment] };
}

function membershipEvent(
  { segment, operation, operatedAt }: IdentifiedMember,
  { eventName, requestId }: { eventName: string; requestId: string },
): MembershipEvent {
  return {
    event_type: 'custom_event',
    data: {
      event_name: eventName,
      custom_event_type: 'other',
      source_message_id: requestId,
      timestamp_unixtime_ms: operatedAt,
      custom_attributes: { audience: segment, operation, confirmationref: requestId },
    },
  };
}
