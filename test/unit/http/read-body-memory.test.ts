import { Readable } from 'node:stream';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, it } from '@jest/globals';
import { readBody } from '../../../shared/http/read-body.ts';
import { createRequestMemory, type Reservation } from '../../../shared/http/request-memory.ts';

const LIMIT = 100_000;
const CHUNK = 100_000;

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** Reads chunks as the body of a request without a declared length. */
const read = (
  chunks: Iterable<Buffer> | AsyncIterable<Buffer>,
  { limit = LIMIT, memory }: { limit?: number; memory?: Reservation } = {},
) => readBody(Object.assign(Readable.from(chunks), { headers: {} }) as never, limit, memory);

/** A body of many chunks, which tells at its end how many of them are still in memory. */
function countedBody() {
  const sent: WeakRef<Buffer>[] = [];
  const counted = { sent, held: Infinity, body };
  async function* body() {
    for (let index = 0; index < 300; index += 1) {
      const chunk = Buffer.alloc(CHUNK);
      sent.push(new WeakRef(chunk));
      yield chunk;
    }
    await nextTurn();
    collectGarbage();
    counted.held = sent.filter((chunk) => chunk.deref() !== undefined).length;
  }
  return counted;
}

it('a body that is too large is thrown away while it is read', async () => {
  const counted = countedBody();
  await expect(read(counted.body())).rejects.toMatchObject({ code: 'BODY_TOO_LARGE' });
  expect(counted.sent).toHaveLength(300);
  expect(counted.held).toBeLessThan(50);
});

it('a body that others leave no memory for is thrown away while it is read to its end', async () => {
  const requestMemory = createRequestMemory(10 * CHUNK);
  requestMemory.reserve().take(5 * CHUNK);
  const counted = countedBody();
  const reading = read(counted.body(), { limit: 1_000 * CHUNK, memory: requestMemory.reserve() });
  await expect(reading).rejects.toMatchObject({ code: 'OVERLOADED' });
  expect(counted.sent).toHaveLength(300);
  expect(counted.held).toBeLessThan(50);
});

it('what is kept of a body is taken from the memory, to the byte', async () => {
  const requestMemory = createRequestMemory(1_000);
  const body = [Buffer.alloc(300), Buffer.alloc(400)];
  expect(await read(body, { memory: requestMemory.reserve() })).toHaveLength(700);
  expect(() => {
    requestMemory.reserve().take(301);
  }).toThrow(expect.objectContaining({ code: 'OVERLOADED' }));
  requestMemory.reserve().take(300);
});

it('an endless body is not read for ever', async () => {
  let sentBytes = 0;
  function* endless() {
    const chunk = Buffer.alloc(1_000_000);
    for (; sentBytes < 200_000_000; sentBytes += chunk.length) yield chunk;
  }
  await expect(read(endless())).rejects.toMatchObject({ code: 'BODY_TOO_LARGE' });
  expect(sentBytes).toBeLessThan(60_000_000);
});

it('a sender who hangs up is an error, not a shorter body', async () => {
  const hungUp = Object.assign(new Readable({ read: () => undefined }), { headers: {} });
  const reading = readBody(hungUp as never, LIMIT);
  hungUp.push('{"Type":');
  hungUp.destroy(new Error('aborted'));
  await expect(reading).rejects.toThrow('aborted');
});

it('a sender who hung up before the body was asked for is an error, not a wait', async () => {
  const gone = Object.assign(new Readable({ read: () => undefined }), { headers: {} });
  gone.destroy();
  await nextTurn();
  await expect(readBody(gone as never, LIMIT)).rejects.toThrow('closed before its end');
});

it('a request that is closed without a word is an error, not a shorter body', async () => {
  const closed = Object.assign(new Readable({ read: () => undefined }), { headers: {} });
  const reading = readBody(closed as never, LIMIT);
  closed.push('{"Type":');
  closed.destroy();
  await expect(reading).rejects.toThrow('closed before its end');
});
