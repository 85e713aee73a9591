import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createEmbeddedAudienceMap } from '../../../shared/audience-map/embedded-audience-map.ts';
import { decodeMessage } from '../../../shared/audience/message.ts';
import { decodeDeadLetter } from '../../../shared/dead-letters/dead-letter.ts';
import { createEmbeddedDeadMembers } from '../../../shared/dead-letters/embedded-dead-members.ts';
import { leaseFor } from '../../../shared/delivery/drain.ts';
import { createDrainedDelivery } from '../../../shared/delivery/drained-delivery.ts';
import { createEmbeddedCrashStore } from '../../../shared/delivery/embedded-crash-store.ts';
import type { MicroBatch } from '../../../shared/destinations/destination.ts';
import { createLogger } from '../../../shared/logger.ts';
import type { Publisher } from '../../../shared/queue/queue.ts';
import { createEmbeddedQueue } from '../../../shared/queue/embedded-queue.ts';
import { giveTimeBack, pass, passUntil, takeOverTime } from '../../model/manual-time.ts';
import { createProcesses } from '../../model/processes.ts';
import { encodeAnyMessage } from '../../setup/encode-any-message.ts';
import { add, mutationsOf } from './delivery-fixture.ts';
import { recordingDestination } from './recording-destination.ts';

beforeAll(takeOverTime);
afterAll(giveTimeBack);

const LEASE_MS = leaseFor(0);
const POISON = 'poison';
const HEALTHY = Array.from({ length: 9 }, (_, index) => `healthy-${index}`);

/** Ten audiences with one message each; the process crashes when the one of `poison` is decoded. */
async function setUp() {
  const queue = createEmbeddedQueue();
  const deadLetterQueue = createEmbeddedQueue();
  const deadLetters: string[] = [];
  deadLetterQueue.subscribe(({ data }) => {
    const { reason, audience = '' } = decodeDeadLetter(data);
    deadLetters.push(`${reason} ${audience}`);
  });
  const destination = recordingDestination();
  const audienceMap = createEmbeddedAudienceMap(() => new Date());
  for (const id of [...HEALTHY, POISON]) {
    const claim = await audienceMap.claim({
      audience: { id, name: id },
      requestId: 'r',
      leaseMs: 1,
    });
    if (claim.claimed) await audienceMap.settleReady(claim.lease, `segment of ${id}`);
  }
  const deadMembers = createEmbeddedDeadMembers();
  const crashStore = createEmbeddedCrashStore();
  const subscription = queue.subscribe();
  let crashes = 0;

  const decode = (data: Uint8Array) => {
    const message = decodeMessage(data);
    if (message.kind === 'mutations' && message.audience === POISON) {
      crashes += 1;
      processes.crash();
      throw new Error('The process has crashed.');
    }
    return message;
  };
  const processes = createProcesses(({ alive }) => ({
    delivery: createDrainedDelivery(
      {
        destination: {
          ...destination,
          ...alive({ apply: (batch: MicroBatch) => destination.apply(batch) }),
        },
        audienceMap: alive(audienceMap),
        deadLetters: alive<Publisher>(deadLetterQueue),
        deadMembers: alive(deadMembers),
        memberId: 'external_user_id',
        unknownAudience: 'wait',
        retryWindowMs: 6 * 60 * 60 * 1_000,
        leaseMs: 30_000,
        decode,
        log: createLogger('silent'),
      },
      {
        consumer: alive(subscription.createConsumer(LEASE_MS)),
        crashStore: alive(crashStore),
        maxBytes: 1_000_000,
      },
    ),
  }));
  for (const audience of [...HEALTHY.slice(0, 4), POISON, ...HEALTHY.slice(4)]) {
    await queue.publish({
      data: encodeAnyMessage({ ...mutationsOf(...add('user')), audience }),
      attributes: { kind: 'mutations', audience, members: '1' },
      orderingKey: `mutate:${audience}:0`,
    });
  }
  const sweep = setInterval(() => {
    processes.wake();
  }, 1_000);
  const arrived = () =>
    new Set(destination.batches.flatMap(({ members }) => members.map(({ segment }) => segment)));
  return {
    queue,
    deadLetters,
    arrived,
    crashes: () => crashes,
    close: async () => {
      clearInterval(sweep);
      await processes.stop();
    },
  };
}

test('a message that crashes the process becomes a dead letter, and the others arrive', async () => {
  const { queue, deadLetters, arrived, crashes, close } = await setUp();
  await pass(2 * LEASE_MS);
  expect([...arrived()].toSorted()).toEqual(HEALTHY.map((id) => `segment of ${id}`));

  expect(await passUntil(() => queue.pending() === 0, 10 * LEASE_MS)).toBe(true);
  expect(deadLetters).toEqual([`process-crashed ${POISON}`]);
  // The first crash leaves no note; the three after it do.
  expect(crashes()).toBe(4);
  await close();
});
