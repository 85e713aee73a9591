import { expect, it } from '@jest/globals';
import type { RejectedEntry } from '../../../shared/audience/audience.ts';
import { groupRejected } from '../../../shared/audience/grouping.ts';

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

it('the entries travel in their order, with reason and operation, as they came', () => {
  const rejected: RejectedEntry[] = [
    { reason: 'Audience: is empty', operation: 'remove', entry: { Audience: '', New: [1] } },
    { reason: 'entry: is no object', operation: 'add', entry: null },
  ];
  expect(groupRejected(rejected)).toEqual([
    { version: 1, kind: 'rejected-entries', entries: rejected },
  ]);
});

it('many of them are cut into messages, losing nothing', () => {
  const entries = Array.from({ length: 300 }, (_, index) => ({ New: 'y'.repeat(index) }));
  const messages = groupRejected(entries.map(rejectedEntry), 5_000);
  expect(messages.length).toBeGreaterThan(10);
  expect(entriesIn(messages)).toEqual(entries);
  for (const message of messages) {
    expect(Buffer.byteLength(JSON.stringify(message.entries))).toBeLessThanOrEqual(5_000 + 2);
  }
});

it('an entry of the largest size is kept', () => {
  const entry = entryOf(MAX_ENTRY);
  expect(entriesIn(groupRejected([rejectedEntry(entry)]))).toEqual([entry]);
});

it('a larger one is kept as the beginning of its JSON text', () => {
  const entry = entryOf(MAX_ENTRY + 1);
  const text = JSON.stringify(entry);
  expect(entriesIn(groupRejected([rejectedEntry(entry)]))).toEqual([
    { truncated: text.slice(0, MAX_ENTRY) },
  ]);
});

it('whatever is in a truncated entry, its message stays within what Pub/Sub takes', () => {
  const worst = '\u0001'.repeat(10_000_000 / 6);
  const [message] = groupRejected([rejectedEntry({ New: worst })]);
  expect(Buffer.byteLength(JSON.stringify(message))).toBeLessThan(10_000_000);
});

it('an entry nested too deeply for JSON.stringify does not sink the others', () => {
  const deep = JSON.parse('['.repeat(100_000) + ']'.repeat(100_000)) as unknown;
  const messages = groupRejected([deep, { Audience: '' }].map(rejectedEntry));
  expect(entriesIn(messages)).toEqual([{ truncated: '(nested too deeply)' }, { Audience: '' }]);
});
