import type { Member, MicroBatch } from '../destination.ts';
import { writeIdentifier, type Identifier } from '../identifier.ts';
import { operationId } from '../operation-id.ts';
import type { MolocoOptions } from './options.ts';

const MAX_ID_LENGTH = 128;
const MAX_PAGE_LENGTH = 128;
/**
 * Moloco refuses the words as a user_id, and the zeros, which stand for nobody's device, as an
 * advertising_id; no other identifier can be one of them either.
 */
const NO_IDS = new Set([
  'null',
  'undefined',
  'invalid',
  'nil',
  '00000000-0000-0000-0000-000000000000',
]);

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
  if (NO_IDS.has(id.text.toLowerCase())) return { problem: 'its id stands for nobody' };
  return /\p{Cc}/u.test(id.text) || !id.text.isWellFormed()
    ? { problem: 'its id has characters that cannot be printed' }
    : id;
}

/** How long the name of a segment may be, so that the pages of joining and leaving can bear it. */
export const MAX_NAME_LENGTH = MAX_PAGE_LENGTH - pageOf('remove', '').length;

function pageOf(operation: MicroBatch['operation'], segment: string): string {
  return `mapp-dmp/${segment}/${operation === 'add' ? 'join' : 'leave'}`;
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
    page_id: pageOf(operation, member.segment),
    ...identified(member.user, options),
  };
}

function identified(user: string, { identifier, deviceOs }: MolocoOptions): Partial<UserEvent> {
  const os = deviceOs === undefined ? undefined : { os: deviceOs };
  const [field = '', ofDevice] = identifier.split('.');
  if (ofDevice !== undefined) return { device: { ...os, [ofDevice]: user } };
  return { [field]: user, ...(os && { device: os }) };
}
