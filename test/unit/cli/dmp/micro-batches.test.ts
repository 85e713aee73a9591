import { expect, test } from '@jest/globals';
import { linesOf } from '../../../../cli/dmp/lines.ts';
import { microBatches } from '../../../../cli/dmp/micro-batches.ts';

const never = new AbortController().signal;

async function* giving<Item>(items: readonly Item[]): AsyncGenerator<Item> {
  for (const item of items) yield await Promise.resolve(item);
}

async function all<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  return Array.fromAsync(items);
}

/** A source that gives a chunk when it is told to. */
function controlled() {
  const chunks: PromiseWithResolvers<readonly string[]>[] = [];
  let asked = 0;
  const at = (index: number) => (chunks[index] ??= Promise.withResolvers());
  async function* read() {
    for (;;) yield await at(asked++).promise;
  }
  return {
    chunks: read(),
    asked: () => asked,
    give: (index: number, users: string[]) => {
      at(index).resolve(users);
    },
  };
}

test('batches are full, but for the last one, in the order of the users', async () => {
  const chunks = giving([['1', '2', '3'], [], ['4', '5', '6', '7'], ['8']]);
  const batches = microBatches(chunks, { size: 3, maxWaitMs: 60_000 }, never);
  expect(await all(batches)).toEqual([
    ['1', '2', '3'],
    ['4', '5', '6'],
    ['7', '8'],
  ]);
});

test('nobody makes no batch', async () => {
  const batches = microBatches(giving([[], []]), { size: 3, maxWaitMs: 60_000 }, never);
  expect(await all(batches)).toEqual([]);
});

test('a batch whose first user has waited long enough goes as it is', async () => {
  const { chunks, give } = controlled();
  const batches = microBatches(chunks, { size: 3, maxWaitMs: 20 }, never);
  give(0, ['1', '2']);
  expect((await batches.next()).value).toEqual(['1', '2']);
  give(1, ['3', '4', '5']);
  expect((await batches.next()).value).toEqual(['3', '4', '5']);
});

test('nothing is read ahead of what is taken', async () => {
  const { chunks, give, asked } = controlled();
  const batches = microBatches(chunks, { size: 1, maxWaitMs: 60_000 }, never);
  give(0, ['1', '2']);
  give(1, ['3']);
  await batches.next();
  await batches.next();
  expect(asked()).toBe(1);
});

test('what is gathered when it is stopped is not sent', async () => {
  const stop = new AbortController();
  const { chunks, give } = controlled();
  const batches = microBatches(chunks, { size: 3, maxWaitMs: 60_000 }, stop.signal);
  const next = batches.next();
  give(0, ['1']);
  stop.abort();
  give(1, ['2', '3']);
  expect(await next).toEqual({ done: true, value: undefined });
});

const bytes = (...texts: string[]) => giving(texts.map((text) => Buffer.from(text, 'latin1')));

test.each([
  ['a line end that is cut in two', ['a\r', '\nb'], ['a', 'b']],
  ['a character that is cut in two', ['\u00c3', '\u00a4\nb\n'], ['ä', 'b', '']],
  ['no line end at all', ['a', 'b', 'c'], ['abc']],
  ['nothing', [], ['']],
])('lines: %s', async (_, texts, expected) => {
  expect((await all(linesOf(bytes(...texts), 'it'))).flat()).toEqual(expected);
});

test.each([
  ['no UTF-8', ['a\u00ff\n'], 'not UTF-8'],
  ['a character that never ends', ['a\u00c3'], 'not UTF-8'],
  ['no list of users', Array<string>(30).fill('x'.repeat(1_000)), 'one user a line'],
])('%s is refused', async (_, texts, text) => {
  await expect(all(linesOf(bytes(...texts), 'it'))).rejects.toThrow(text);
});
