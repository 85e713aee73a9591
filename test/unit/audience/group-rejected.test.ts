import { expect, it } from '@jest/globals';
import type { RejectedEntry } from '../../../shared/audience/audience.ts';
import { groupRejected } from '../../../shared/audience/grouping.ts';
import { decodeMessage, encodeMessage } from '../../../shared/audience/message.ts';

const MAX_ENTRY = 100_000;

const rejectedEntry = (entry: unknown): RejectedEntry => ({
  reason: 'Audience: is empty',
  operation: 'add',
  entry,
});

const entriesIn = (messages: ReturnType<typeof groupRejected>) =>
  messages.flatMap(({ entries }) => entries.map(({ entry }) => entry));

/** An entry whose JSON has so many characters. */
const entryOf = (length: number) => ({ New: 'x'.repeat(length - '{"New":""}'.length) });

it('no rejected entries make no message', () => {
  expect(groupRejected([])).toEqual([]);
});

/** Arrays nested so deeply, as JSON.parse makes them of a request. */
const nested = (depth: number) => JSON.parse('['.repeat(depth) + ']'.repeat(depth)) as unknown;

function canStringify(value: unknown): boolean {
  try {
    JSON.stringify(value);
    return true;
  } catch {
    return false;
  }
}

it('the entries travel in their order, with reason and operation, as JSON text', () => {
  const rejected: RejectedEntry[] = [
    { reason: 'Audience: is empty', operation: 'remove', entry: { Audience: '', New: [1] } },
    { reason: 'entry: must be an object', operation: 'add', entry: null },
  ];
  expect(groupRejected(rejected)).toEqual([
    {
      kind: 'rejected-entries',
      entries: [
        {
          reason: 'Audience: is empty',
          operation: 'remove',
          entry: '{"Audience":"","New":[1]}',
        },
        { reason: 'entry: must be an object', operation: 'add', entry: 'null' },
      ],
    },
  ]);
});

it('many of them are cut into messages, losing nothing', () => {
  const entries = Array.from({ length: 300 }, (_, index) => ({ New: 'y'.repeat(index) }));
  const messages = groupRejected(entries.map(rejectedEntry), 5_000);
  expect(messages.length).toBeGreaterThan(10);
  expect(entriesIn(messages)).toEqual(entries.map((entry) => JSON.stringify(entry)));
  for (const message of messages) {
    expect(Buffer.byteLength(JSON.stringify(message.entries))).toBeLessThanOrEqual(5_000 + 2);
  }
});

it('an entry of the largest size is kept, of a larger one the beginning', () => {
  for (const length of [MAX_ENTRY, MAX_ENTRY + 1, 2 * MAX_ENTRY]) {
    const entry = entryOf(length);
    const kept = JSON.stringify(entry).slice(0, MAX_ENTRY);
    expect(entriesIn(groupRejected([rejectedEntry(entry)]))).toEqual([kept]);
  }
});

it('a message with an entry cut off inside of a character can be read', () => {
  const entries = ['', 'x'].map((start) => ({ New: start + '😀'.repeat(MAX_ENTRY) }));
  for (const message of groupRejected(entries.map(rejectedEntry))) {
    expect(decodeMessage(encodeMessage(message))).toEqual(message);
  }
});

it('whatever is in a truncated entry, its message stays within what Pub/Sub takes', () => {
  const worst = '\u0001'.repeat(10_000_000 / 6);
  const [message] = groupRejected([rejectedEntry({ New: worst })]);
  expect(Buffer.byteLength(JSON.stringify(message))).toBeLessThan(10_000_000);
});

it('an entry nested too deeply for JSON.stringify does not sink the others', () => {
  const messages = groupRejected([nested(100_000), { Audience: '' }].map(rejectedEntry));
  expect(entriesIn(messages)).toEqual(['(nested too deeply to be kept)', '{"Audience":""}']);
});

it('a message can be encoded and decoded, however deep its entries are', () => {
  let [fits, tooDeep] = [0, 100_000];
  while (tooDeep - fits > 1) {
    const depth = Math.floor((fits + tooDeep) / 2);
    if (canStringify(nested(depth))) fits = depth;
    else tooDeep = depth;
  }
  const around = Array.from({ length: 200 }, (_, index) => nested(tooDeep - 190 + index));
  const messages = groupRejected([...around, nested(100_000)].map(rejectedEntry));
  expect(entriesIn(messages)).toHaveLength(201);
  for (const message of messages) expect(decodeMessage(encodeMessage(message))).toEqual(message);
});
