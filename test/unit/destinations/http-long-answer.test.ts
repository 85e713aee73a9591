import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { beforeEach, expect, it } from '@jest/globals';
import { serverForEachTest } from '../http/server-for-each-test.ts';
import { describedDestination } from './third-party-stub.ts';

const CHUNK = Buffer.alloc(100_000, 'x');
const FLOOD_BYTES = 50_000_000;

let sentBytes: number;
/** Settles when all is sent, or when the caller has hung up. */
let sending: Promise<void>;
/** What is sent before the flood. */
let start: string;
let floodBytes: number;

function* flood() {
  yield start;
  for (; sentBytes < floodBytes; sentBytes += CHUNK.length) yield CHUNK;
}

const thirdParty = serverForEachTest((request, response) => {
  request.resume();
  sending = pipeline(Readable.from(flood()), response);
  sending.catch(() => undefined);
  return Promise.resolve();
});

beforeEach(() => {
  sentBytes = 0;
  start = '';
  floodBytes = FLOOD_BYTES;
});

const apply = () =>
  describedDestination(thirdParty.url).apply({
    operation: 'add',
    members: [{ segment: '1', user: 'u', operatedAt: 0 }],
  });
const create = (key = 'id') => {
  const call = {
    method: 'POST',
    path: '/segments',
    idempotentBy: 'none',
    segment: { at: `/${key}` },
  };
  const destination = describedDestination(thirdParty.url, { create: call });
  return destination.createSegment({ title: 't', audienceId: 'a' });
};

it('a huge answer to a micro-batch is not received whole; its status counts', async () => {
  const outcomes = [{ status: 'delivered' }];
  await expect(apply()).resolves.toEqual({ kind: 'outcomes', outcomes });
  await expect(sending).rejects.toMatchObject({ code: 'ERR_STREAM_PREMATURE_CLOSE' });
  expect(sentBytes).toBeLessThan(FLOOD_BYTES / 2);
});

it('a huge answer to a creation names no segment', async () => {
  start = '{"id":"seg-1","rest":"';
  await expect(create()).rejects.toMatchObject({ code: 'DESTINATION_MISCONFIGURED' });
  await expect(sending).rejects.toMatchObject({ code: 'ERR_STREAM_PREMATURE_CLOSE' });
  expect(sentBytes).toBeLessThan(FLOOD_BYTES / 2);
});

it('an answer of many pieces is read whole, characters on their borders included', async () => {
  // Pieces of any size end inside of such a character more often than not.
  const key = '€'.repeat(300_000);
  start = JSON.stringify({ [key]: 'seg-1' });
  floodBytes = 0;
  await expect(create(key)).resolves.toEqual({ segment: 'seg-1', created: true });
});
