import { jsonOf, RuleBroken, type FakeAnswer, type FakeCall } from './fake-server.ts';

/** What the User Event API documents of calls and events. */

const MAX_ID_LENGTH = 128;
const MAX_PAGE_LENGTH = 128;
const CHANNELS = ['APP', 'SITE', 'DESKTOP_SITE', 'MOBILE_SITE'];
const WITH_ITEMS = ['ITEM_PAGE_VIEW', 'ADD_TO_CART', 'PURCHASE', 'ADD_TO_WISHLIST'];
const WITHOUT_ITEMS = ['SEARCH', 'HOME', 'LAND', 'PAGE_VIEW'];
const IDENTIFIERS = ['user_id', 'session_id', 'custom_id'];
const DEVICE_IDENTIFIERS = ['persistent_id', 'unique_device_id', 'advertising_id'];
const KEYS = ['id', 'event_type', 'timestamp', 'channel_type', 'page_id', 'device'];
const MORE_KEYS = ['items', 'revenue', 'search_query', 'referrer_page_id', 'domain'];
const NO_USER_IDS = ['null', 'undefined', 'invalid', 'nil'];
const NO_ADVERTISING_ID = '00000000-0000-0000-0000-000000000000';

export interface TakenEvent {
  readonly id: string;
  readonly page_id?: unknown;
  readonly [key: string]: unknown;
}

export function apiError(status: number, message: string): FakeAnswer {
  return { status, body: { code: 3, message, details: [] } };
}

function demand(holds: boolean, rule: string): asserts holds {
  if (!holds) throw new RuleBroken(rule, apiError(400, rule));
}

/** The JSON of a call with the right method, platform and key, or what it is answered without. */
export function readCall(
  call: FakeCall,
  { platform, key }: { readonly platform: string; readonly key: string },
): { readonly json: unknown } | { readonly answer: FakeAnswer } {
  const [, named] = /^\/rmp\/event\/v1\/platforms\/([^/]+)\/userevents$/.exec(call.path) ?? [];
  if (named === undefined || call.method !== 'POST') {
    throw new RuleBroken(`${call.method} ${call.path}`, apiError(404, 'not found'));
  }
  const given = call.headers['x-api-key'];
  if (given === undefined) return { answer: apiError(401, 'no key') };
  if (given !== key) return { answer: apiError(403, 'wrong key') };
  if (named !== platform) return { answer: apiError(404, 'unknown platform') };
  const type = call.headers['content-type'] ?? '';
  demand(/^application\/json\b/.test(type), 'the content type is not JSON');
  return { json: jsonOf(call, apiError(400, 'malformed')) };
}

/** @throws RuleBroken, answered with 400, when it is no event that Moloco takes. */
export function checkEvent(json: unknown, now: number): TakenEvent {
  demand(isObject(json), 'the body is no object');
  const other = Object.keys(json).filter(
    (key) => ![...KEYS, ...MORE_KEYS, ...IDENTIFIERS].includes(key),
  );
  demand(other.length === 0, `keys that are not documented: ${other.join(', ')}`);
  const { id, event_type: type, channel_type: channel, timestamp, page_id: page } = json;
  demand(isText(id, MAX_ID_LENGTH), 'no id within 128 characters');
  demand([...WITH_ITEMS, ...WITHOUT_ITEMS].includes(String(type)), 'unknown event_type');
  demand(!WITH_ITEMS.includes(String(type)) || Array.isArray(json['items']), 'missing items');
  demand(type !== 'SEARCH' || isText(json['search_query']), 'missing search_query');
  demand(type !== 'PAGE_VIEW' || isText(page), 'missing page_id');
  demand(page === undefined || isText(page, MAX_PAGE_LENGTH), 'a page_id over 128 characters');
  const ms = Number(timestamp);
  demand(/^\d{12,}$/.test(String(timestamp)) && ms <= now, 'invalid timestamp');
  demand(CHANNELS.includes(String(channel)), 'unknown channel_type');
  const device = isObject(json['device']) ? json['device'] : {};
  const { os, advertising_id: advertisingId } = device;
  demand(channel !== 'APP' || os === 'ios' || os === 'android', 'device os must be ios or android');
  const ids = identifiersIn(json);
  demand(ids.length > 0, 'no available valid identifier');
  demand(
    ids.every((text) => isText(text, MAX_ID_LENGTH)),
    'an identifier is no text within 128 characters',
  );
  demand(
    NO_USER_IDS.every((word) => word !== json['user_id']),
    'user_id is a word for none',
  );
  demand(advertisingId !== NO_ADVERTISING_ID, 'advertising_id is all zeros');
  return { ...json, id };
}

/** The identifier of an event; ours have one. */
export function identifierOf(event: TakenEvent): string {
  return String(identifiersIn(event)[0]);
}

function identifiersIn(event: Record<string, unknown>): readonly unknown[] {
  const device = isObject(event['device']) ? event['device'] : {};
  return [
    ...IDENTIFIERS.filter((key) => key in event).map((key) => event[key]),
    ...DEVICE_IDENTIFIERS.filter((key) => key in device).map((key) => device[key]),
  ];
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isText(value: unknown, maxLength = Infinity): value is string {
  return typeof value === 'string' && value !== '' && value.length <= maxLength;
}
