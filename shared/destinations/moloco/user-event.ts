import type { Member, MicroBatch } from '../destination.ts';
import { writeIdentifier, type Identifier } from '../identifier.ts';
import { operationId } from '../operation-id.ts';
import type { MolocoOptions } from './options.ts';

const MAX_ID_LENGTH = 128;
/** Moloco names them for user_id; no other identifier can be one of them either. */
const NO_IDS = new Set(['null', 'undefined', 'invalid', 'nil']);

/** An event as the User Event API takes it. */
interface UserEvent {
  readonly id: string;
  readonly event_type: MolocoOptions['eventType'];
  /** Milliseconds since the epoch: a text, as JSON has no 64-bit integers. */
  readonly timestamp: string;
  readonly channel_type: MolocoOptions['channelType'];
  readonly page_id: string;
  readonly user_id?: string;
  readonly session_id?: string;
  readonly custom_id?: string;
  readonly device?: Readonly<Record<string, string>>;
}

/** The id of a user as Moloco takes it, or why it does not. */
export function writeUserId(user: string): Identifier {
  const id = writeIdentifier(user, {
    normalize: ['trim'],
    alreadyHashed: 'keep',
    maxLength: MAX_ID_LENGTH,
  });
  if ('problem' in id) return id;
  if (NO_IDS.has(id.text.toLowerCase())) return { problem: 'its id is a word for none' };
  return /\p{Cc}/u.test(id.text) || !id.text.isWellFormed()
    ? { problem: 'its id has characters that cannot be printed' }
    : id;
}

/**
 * The event that somebody joined a segment, or left it. The page tells which.
 * @param member whose id is written already
 */
export function membershipEvent(
  operation: MicroBatch['operation'],
  member: Member,
  { options, now }: { readonly options: MolocoOptions; readonly now: number },
): UserEvent {
  const { platformId, eventType, channelType, identifier } = options;
  return {
    id: operationId(operation, member, [platformId, identifier, eventType]),
    event_type: eventType,
    // A clock behind that of intake must not make a time of the future.
    timestamp: String(Math.min(member.operatedAt, now)),
    channel_type: channelType,
    page_id: `mapp-dmp/${member.segment}/${operation === 'add' ? 'join' : 'leave'}`,
    ...identified(member.user, options),
  };
}

function identified(user: string, { identifier, deviceOs }: MolocoOptions): Partial<UserEvent> {
  const os = deviceOs === undefined ? undefined : { os: deviceOs };
  const [field = '', ofDevice] = identifier.split('.');
  if (ofDevice !== undefined) return { device: { ...os, [ofDevice]: user } };
  return { [field]: user, ...(os && { device: os }) };
}
