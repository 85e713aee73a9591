import { request as startRequest } from 'node:http';
import { Readable } from 'node:stream';
import { expect, it } from '@jest/globals';
import { RequestError } from '../../../shared/errors.ts';
import { sendAnswer } from '../../../shared/http/answer.ts';
import { readBody } from '../../../shared/http/read-body.ts';
import { serverForEachTest } from './server-for-each-test.ts';

const LIMIT = 100_000;

/** Answers with the size and the hex of the last bytes read, or as intake answers a RequestError. */
const target = serverForEachTest(async (request, response) => {
  try {
    const body = await readBody(request, LIMIT);
    const end = body.subarray(-4).toString('hex');
    sendAnswer(response, { status: 200, body: { bytes: body.length, end } });
  } catch (error) {
    if (!(error instanceof RequestError)) throw error;
    const { code, message } = error;
    const headers = { Connection: 'close' };
    sendAnswer(response, {
      status: error.status,
      body: { code, message, readToItsEnd: request.complete },
      headers,
    });
  }
});

const tooLarge = {
  code: 'BODY_TOO_LARGE',
  message:
    'The body is larger than 100000 bytes: send smaller micro-batches, or raise MAX_BODY_BYTES.',
};

async function send(body: RequestInit['body'], init: RequestInit = {}): Promise<unknown> {
  const answer = await fetch(target.url, { method: 'POST', body: body ?? null, ...init });
  return [answer.status, await answer.json()];
}

/** A body without a declared length. */
const chunked = (bytes: number) =>
  send(Readable.toWeb(Readable.from(chunksOf(bytes))), {
    duplex: 'half',
  });

function* chunksOf(bytes: number) {
  for (let left = bytes; left > 0; left -= 60_000) yield Buffer.alloc(Math.min(left, 60_000), 'x');
}

it('reads the raw bytes, whatever they are', async () => {
  const bytes = Buffer.from([0x00, 0xff, 0xfe, 0x80, 0x0a]);
  expect(await send(bytes)).toEqual([200, { bytes: 5, end: 'fffe800a' }]);
});

it('reads an empty body', async () => {
  expect(await send(null)).toEqual([200, { bytes: 0, end: '' }]);
});

it.each([LIMIT - 1, LIMIT])('reads %i bytes', async (bytes) => {
  expect(await send(Buffer.alloc(bytes))).toMatchObject([200, { bytes }]);
  expect(await chunked(bytes)).toMatchObject([200, { bytes }]);
});

it.each([1, LIMIT, 8_000_000])('a sender of %i bytes too many reads the 413', async (excess) => {
  // A connection that is closed on a body half read can take the answer with it.
  const answer = [413, { ...tooLarge, readToItsEnd: true }];
  expect(await send(Buffer.alloc(LIMIT + excess))).toEqual(answer);
  expect(await chunked(LIMIT + excess)).toEqual(answer);
});

it('a huge declared length is refused before the body has come', async () => {
  const { port } = new URL(target.url);
  const headers = { 'Content-Length': String(1e12) };
  const status = await new Promise((resolve, reject) => {
    const outgoing = startRequest({ port, method: 'POST', headers }, (answer) => {
      resolve(answer.statusCode);
      outgoing.destroy();
    });
    outgoing.on('error', reject);
    outgoing.write('x');
  });
  expect(status).toBe(413);
});
