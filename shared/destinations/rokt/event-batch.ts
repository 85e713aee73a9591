import type {
  Batch,
  BatchEnvironmentEnum,
  CustomEventData,
  CustomEventDataCustomEventTypeEnum,
  EventTypeEnum,
} from '@mparticle/event-models';
import type { Member } from '../destination.ts';
import { operationId } from '../operation-id.ts';
import type { AttributesOptions, EventsOptions } from './options.ts';
import type { Operation } from './rokt-api.ts';

/**
 * A batch as the Events API takes it from servers. Its published types are those of browsers, which know
 * their user by `mpid`, and demand the types' own enums where the API wants texts.
 */
export type EventBatch = Omit<Batch, 'environment' | 'events' | 'mpid'> & {
  readonly source_request_id: string;
  readonly environment: `${BatchEnvironmentEnum}`;
  readonly events?: readonly ConversionEvent[];
};

interface ConversionEvent {
  readonly event_type: `${EventTypeEnum.customEvent}`;
  readonly data: Omit<CustomEventData, 'custom_event_type'> & {
    readonly custom_event_type: `${CustomEventDataCustomEventTypeEnum}`;
  };
}

/** The user attribute that says whether somebody is in a segment. */
export function attributeOf({ attributePrefix }: AttributesOptions, segment: string): string {
  return `${attributePrefix}${segment}`;
}

/** Membership as a user attribute: set when somebody is added, deleted when removed. */
export function attributeBatch(
  operation: Operation,
  member: Member,
  options: AttributesOptions,
): EventBatch {
  const { mode, environment, identity } = options;
  const attribute = attributeOf(options, member.segment);
  return {
    environment,
    source_request_id: operationId(operation, member, [mode, environment, attribute]),
    user_identities: { [identity]: member.user },
    ...(operation === 'add'
      ? { user_attributes: { [attribute]: 'true' } }
      : { deleted_user_attributes: [attribute] }),
  };
}

/** Membership as an event: somebody joined a segment, or left it. */
export function membershipEvent(
  operation: Operation,
  member: Member,
  { mode, environment, identity, eventName }: EventsOptions,
): EventBatch {
  const id = operationId(operation, member, [mode, environment, eventName]);
  const what = operation === 'add' ? 'join' : 'leave';
  return {
    environment,
    source_request_id: id,
    user_identities: { [identity]: member.user },
    events: [
      {
        event_type: 'custom_event',
        data: {
          event_name: eventName,
          custom_event_type: 'other',
          timestamp_unixtime_ms: member.operatedAt,
          custom_attributes: {
            conversiontype: `audience_${what}`,
            audience: member.segment,
            operation: what,
            // Rokt takes conversions of one type and reference for one.
            confirmationref: id,
          },
        },
      },
    ],
  };
}
