import { Readable } from 'node:stream';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, it } from '@jest/globals';
import { readBody } from '../../../shared/http/read-body.ts';

const LIMIT = 100_000;
const CHUNK = 100_000;

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** Reads chunks as the body of a request without a declared length. */
const read = (chunks: Iterable<Buffer> | AsyncIterable<Buffer>) =>
  readBody(Object.assign(Readable.from(chunks), { headers: {} }) as never, LIMIT);

it('a body that is too large is thrown away while it is read', async () => {
  const sent: WeakRef<Buffer>[] = [];
  let held = Infinity;
  async function* body() {
    for (let index = 0; index < 300; index += 1) {
      const chunk = Buffer.alloc(CHUNK);
      sent.push(new WeakRef(chunk));
      yield chunk;
    }
    await nextTurn();
    collectGarbage();
    held = sent.filter((chunk) => chunk.deref() !== undefined).length;
  }
  await expect(read(body())).rejects.toMatchObject({ code: 'BODY_TOO_LARGE' });
  expect(sent).toHaveLength(300);
  expect(held).toBeLessThan(50);
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
