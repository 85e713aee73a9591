import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import type { IntakeDependencies } from '../../../functions/intake/dependencies.ts';
import { createGroupCommit } from '../../../functions/intake/group-commit.ts';
import { mutateAudience } from '../../../functions/intake/mutate-audience.ts';
import type { Mutation } from '../../../shared/audience/audience.ts';
import { createEmbeddedAudienceMap } from '../../../shared/audience-map/embedded-audience-map.ts';
import { RequestError } from '../../../shared/errors.ts';
import { createLogger } from '../../../shared/logger.ts';
import {
  MAX_BYTES_PER_PUBLISH,
  type OutgoingMessage,
  type Publisher,
} from '../../../shared/queue/queue.ts';
import { MAX_USER_ID_LENGTH } from '../../../shared/mapp/fields.ts';

const TIMEOUT_MS = 900;
const PUBLISH_MS = 200;
/** Bytes of an entry besides its ids: `{"Audience":"a","Uuid":""},`. */
const ENTRY_BYTES = 28;

beforeEach(() => {
  jest.useFakeTimers({ doNotFake: ['setImmediate', 'nextTick', 'queueMicrotask'] });
});
afterEach(() => {
  jest.useRealTimers();
});

/** Publishes as Pub/Sub's publisher does: one call of a key at a time, of all that waits, up to its bytes. */
function callingPublisher(callMs: number): Publisher & { readonly calls: number[] } {
  const calls: number[] = [];
  const lanes = new Map<string, { data: Uint8Array; resolve: () => void }[]>();
  async function drain(key: string, lane: { data: Uint8Array; resolve: () => void }[]) {
    await new Promise((resolve) => setImmediate(resolve));
    while (lane.length > 0) {
      let bytes = 0;
      const end = lane.findIndex(({ data }, index) => {
        bytes += data.length;
        return index > 0 && bytes > MAX_BYTES_PER_PUBLISH;
      });
      const call = lane.splice(0, end === -1 ? lane.length : end);
      calls.push(call.length);
      await new Promise((resolve) => setTimeout(resolve, callMs));
      for (const { resolve } of call) resolve();
    }
    lanes.delete(key);
  }
  return {
    calls,
    spacing: { minMs: 200, maxMs: 400 },
    publish: ({ data, orderingKey = '' }: OutgoingMessage) =>
      new Promise((resolve) => {
        const lane = lanes.get(orderingKey) ?? [];
        lane.push({
          data,
          resolve: () => {
            resolve('id');
          },
        });
        if (lanes.has(orderingKey)) return;
        lanes.set(orderingKey, lane);
        void drain(orderingKey, lane);
      }),
    close: () => Promise.resolve(),
  };
}

interface Body {
  readonly bytes: number;
  readonly audiences: number;
  readonly idLength: number;
}

/** Sends a body of so many bytes; resolves with the status and the text of its answer. */
async function send({ bytes, audiences, idLength }: Body, callMs = PUBLISH_MS) {
  const publisher = callingPublisher(callMs);
  const entries = Math.floor(bytes / (ENTRY_BYTES + idLength));
  const mutations = Array.from({ length: entries }, (_, index): Mutation => ({
    audience: `a.${index % audiences}`,
    operation: 'add',
    user: { uuid: String(index).padStart(idLength, '0') },
  }));
  const dependencies = {
    publisher,
    groupCommit: createGroupCommit(publisher, { now: () => Date.now() }),
    audienceMap: createEmbeddedAudienceMap(),
    log: createLogger('silent'),
    basicAuth: undefined,
    hmacSecret: { current: () => Promise.resolve([]), refresh: () => Promise.resolve([]) },
    settings: {
      maxBodyBytes: bytes,
      maxPendingBytes: bytes,
      sharding: { shards: 1, memberId: 'uuid' },
      publishTimeoutMs: TIMEOUT_MS,
      createTimeoutMs: 2_500,
      returnSegmentId: false,
    },
  } satisfies IntakeDependencies & { groupCommit: unknown };
  const answered = mutateAudience(
    { bodyBytes: bytes, mutations, rejected: [] },
    { requestId: 'r-1' },
    dependencies,
  ).then(
    ({ status }) => ({ status, text: '' }),
    (error: unknown) => ({
      status: error instanceof RequestError ? error.status : 503,
      text: error instanceof Error ? error.message : '',
    }),
  );
  let answer: Awaited<typeof answered> | undefined;
  void answered.then((one) => (answer = one));
  for (let waited = 0; answer === undefined && waited < 5_000; waited += 10) {
    await jest.advanceTimersByTimeAsync(10);
    await new Promise((resolve) => setImmediate(resolve));
  }
  return { ...(await answered), calls: publisher.calls };
}

describe('a request of 10 MB is stored in 900 ms when a publish takes 200', () => {
  test.each<[string, Body, number]>([
    ['the longest ids', { bytes: 10_000_000, audiences: 1, idLength: MAX_USER_ID_LENGTH }, 2],
    ['ids as long as the usual ones', { bytes: 10_000_000, audiences: 1, idLength: 36 }, 1],
    ['four hundred audiences', { bytes: 10_000_000, audiences: 400, idLength: 36 }, 400],
  ])('with %s', async (_, body, calls) => {
    const answer = await send(body);
    expect(answer).toMatchObject({ status: 200 });
    expect(answer.calls).toHaveLength(calls);
  });
});

describe('a request that cannot be stored in time', () => {
  const TOO_MANY = { bytes: 100_000, audiences: 800, idLength: 36 };

  test('is answered 413 with the size that can be, and that size is stored', async () => {
    const { status, text } = await send(TOO_MANY);
    expect(status).toBe(413);
    const [size = ''] = /\d+ bytes/.exec(text) ?? [];
    expect(size).toBe('50000 bytes');
    expect(await send({ ...TOO_MANY, bytes: 50_000, audiences: 400 })).toMatchObject({
      status: 200,
    });
  });

  test('is stored all the same when the queue is faster than planned', async () => {
    expect(await send(TOO_MANY, 20)).toMatchObject({ status: 200 });
  });

  test('is answered 503 when the queue takes nothing: then its size is not the reason', async () => {
    expect(await send(TOO_MANY, 2_000)).toMatchObject({ status: 503 });
  });

  test('and one that could be is answered 503, to be sent again', async () => {
    expect(await send({ ...TOO_MANY, audiences: 150 }, 600)).toMatchObject({ status: 503 });
  });
});
