import { describe, expect, it } from '@jest/globals';
import { decodeMessage, type Message } from '../../../shared/audience/message.ts';
import { outgoingMessage } from '../../../shared/audience/outgoing-message.ts';

const requestId = 'r-1';
const entry = { reason: 'Audience: is empty', operation: 'add', entry: '{}' } as const;
const mutations = (audience: string): Message => ({
  version: 1,
  kind: 'mutations',
  audience,
  mutations: [
    { operation: 'add', externalUserId: 'marker-1' },
    { operation: 'remove', uuid: 'marker-2' },
  ],
});
const creation = (id: string): Message => ({
  version: 1,
  kind: 'create-audience',
  requestId,
  audience: { id, name: 'marker-name' },
});
const rejected: Message = { version: 1, kind: 'rejected-entries', entries: [entry, entry, entry] };

it.each([mutations('a.1'), creation('a.1'), rejected])('$kind carries its own bytes', (message) => {
  expect(decodeMessage(outgoingMessage(message, { requestId }).data)).toEqual(message);
});

it.each([
  [mutations('a.1'), { kind: 'mutations', audience: 'a.1', members: '2' }],
  [creation('a.1'), { kind: 'create-audience', audience: 'a.1', members: '0' }],
  [rejected, { kind: 'rejected-entries', members: '3' }],
])('$kind tells in its attributes what forward must know', (message, attributes) => {
  const outgoing = outgoingMessage(message, { requestId, trace: undefined });
  expect(outgoing.attributes).toStrictEqual({ requestId, ...attributes });
});

it('a trace travels too', () => {
  const trace = 'projects/p/traces/0123';
  expect(outgoingMessage(rejected, { requestId, trace }).attributes).toMatchObject({ trace });
});

it.each([mutations('a.1'), creation('a.1')])('no attribute of $kind names a person', (message) => {
  const { attributes, orderingKey } = outgoingMessage(message, { requestId });
  expect(JSON.stringify([attributes, orderingKey])).not.toContain('marker');
});

describe('the ordering key', () => {
  const keyOf = (message: Message) => outgoingMessage(message, { requestId }).orderingKey;

  it('is the same for all mutations of an audience', () => {
    expect(keyOf(mutations('a.1'))).toBe(keyOf(mutations('a.1')));
    expect(keyOf(mutations('a.1'))).toBeDefined();
  });

  it('differs between audiences', () => {
    expect(keyOf(mutations('a.1'))).not.toBe(keyOf(mutations('a.2')));
    expect(keyOf(creation('a.1'))).not.toBe(keyOf(creation('a.2')));
  });

  it('of a creation is its own, so that waiting mutations do not hold it up', () => {
    expect(keyOf(creation('a.1'))).toBeDefined();
    expect(keyOf(creation('a.1'))).not.toBe(keyOf(mutations('a.1')));
  });

  it('of mutations never equals that of a creation, whatever the audience is called', () => {
    expect(keyOf(mutations('a.1'))).toBe('mutate:a.1');
    expect(keyOf(creation('a.1'))).toBe('create:a.1');
    expect(keyOf(mutations('create:a.1'))).not.toBe(keyOf(creation('a.1')));
  });

  it('of rejected entries is none: nothing need wait for them', () => {
    expect(outgoingMessage(rejected, { requestId })).not.toHaveProperty('orderingKey');
  });

  it('stays within 1024 bytes for the longest audience id', () => {
    const longest = '丈'.repeat(256);
    for (const message of [mutations(longest), creation(longest)]) {
      expect(Buffer.byteLength(keyOf(message) ?? '')).toBeLessThanOrEqual(1024);
    }
  });
});
