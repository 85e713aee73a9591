import type { FakeCall } from './fake-server.ts';
import { demand, demandKeys, isObject, isText, readCall } from './rokt-rules.ts';

const CREDENTIALS = 'us1-key:secret';
const IDENTITIES = ['email', 'other', 'customer_id'];
const BATCH_KEYS = [
  'deleted_user_attributes',
  'environment',
  'events',
  'source_request_id',
  'user_attributes',
  'user_identities',
];
const EVENT_DATA_KEYS = [
  'custom_attributes',
  'custom_event_type',
  'event_name',
  'source_message_id',
  'timestamp_unixtime_ms',
];

/** A conversion that counted: none with the same type and reference came before. */
interface Conversion {
  readonly user: string;
  readonly name: string;
  readonly attributes: Readonly<Record<string, unknown>>;
}

/** The Events API of Rokt: bulk requests of batches, each about one user. */
export function fakeEventsApi() {
  const attributes = new Map<string, Map<string, unknown>>();
  const conversions: Conversion[] = [];
  const requests = new Set<string>();
  const references = new Set<string>();

  function take(batch: Record<string, unknown>): void {
    const id = String(batch['source_request_id']);
    if (requests.has(id)) return;
    requests.add(id);
    const [user = ''] = Object.values(batch['user_identities'] as Record<string, string>);
    const own = attributes.get(user) ?? new Map<string, unknown>();
    attributes.set(user, own);
    for (const [name, value] of Object.entries(batch['user_attributes'] ?? {}))
      own.set(name, value);
    for (const name of (batch['deleted_user_attributes'] ?? []) as string[]) own.delete(name);
    for (const { data } of (batch['events'] ?? []) as { data: Record<string, unknown> }[]) {
      const custom = data['custom_attributes'] as Record<string, unknown>;
      const reference = JSON.stringify([custom['conversiontype'], custom['confirmationref']]);
      if (references.has(reference)) continue;
      references.add(reference);
      conversions.push({ user, name: String(data['event_name']), attributes: custom });
    }
  }

  return {
    credentials: CREDENTIALS,
    conversions: conversions as readonly Conversion[],
    /** Users that have an attribute. */
    usersWith: (name: string) =>
      [...attributes].filter(([, own]) => own.has(name)).map(([id]) => id),

    handle: (call: FakeCall) => {
      const read = readCall(call, { path: '/v2/bulkevents', credentials: CREDENTIALS });
      if ('answer' in read) return read.answer;
      demand(Buffer.byteLength(call.body) <= 256_000, 'the request has more than 256 kB');
      const batches = read.json;
      demand(Array.isArray(batches), 'the body is no array');
      demand(batches.length > 0 && batches.length <= 100, 'not 1 to 100 batches');
      for (const batch of batches) demandBatch(batch);
      for (const batch of batches) take(batch as Record<string, unknown>);
      return { status: 202 };
    },
  };
}

function demandBatch(batch: unknown): void {
  demand(isObject(batch), 'a batch is no object');
  demandKeys(batch, BATCH_KEYS, 'a batch');
  demand(Buffer.byteLength(JSON.stringify(batch)) <= 128_000, 'a batch has more than 128 kB');
  const { environment, source_request_id: id, user_identities: identities } = batch;
  demand(environment === 'production' || environment === 'development', 'no known environment');
  demand(isText(id), 'no source_request_id');
  demand(isObject(identities), 'no user_identities');
  demandKeys(identities, IDENTITIES, 'user_identities');
  const [[kind, user] = []] = Object.entries(identities);
  demand(isText(user), 'no identity');
  demand(kind !== 'other' || /^[0-9a-f]{64}$/.test(user), 'the identity "other" is no SHA-256');
  demandTexts(batch['user_attributes'] ?? {}, 'a user attribute');
  const deleted = batch['deleted_user_attributes'] ?? [];
  demand(Array.isArray(deleted), 'deleted_user_attributes is no array');
  const names: readonly unknown[] = deleted;
  demand(
    names.every((name) => isText(name, 256)),
    'a deleted attribute has no name within 256 characters',
  );
  for (const event of (batch['events'] ?? []) as unknown[]) demandEvent(event);
}

function demandEvent(event: unknown): void {
  demand(isObject(event), 'an event is no object');
  demandKeys(event, ['data', 'event_type'], 'an event');
  demand(event['event_type'] === 'custom_event', 'no custom event');
  const { data } = event;
  demand(isObject(data), 'an event without data');
  demandKeys(data, EVENT_DATA_KEYS, 'the data of an event');
  demand(isText(data['event_name'], 256), 'an event has no name within 256 characters');
  demand(Number.isSafeInteger(data['timestamp_unixtime_ms']), 'an event without its time');
  demandTexts(data['custom_attributes'], 'an event attribute');
}

function demandTexts(attributes: unknown, what: string): void {
  demand(isObject(attributes), `${what} is in no object`);
  const entries = Object.entries(attributes);
  demand(entries.length <= 100, `more than 100 times ${what}`);
  demand(
    entries.every(([name]) => isText(name, 256)),
    `${what} has no name within 256 characters`,
  );
  demand(
    entries.every(([, value]) => isText(value, 4_096)),
    `${what} has no text within 4096 characters`,
  );
}
