import { describe, expect, test } from '@jest/globals';
import { PlatformError } from '../../../shared/errors.ts';
import { createDeliverySummary } from '../../../shared/delivery/delivery-summary.ts';
import { NO_COUNTS, type DeliveryCounts, type Wait } from '../../../shared/delivery/key-batch.ts';
import type { Consumer } from '../../../shared/queue/consumer.ts';
import { add, deliveryFixture, deliveryOf, mutationsOf } from './delivery-fixture.ts';
import { LEASE_MS, setUp, setUpQueue, type Line } from './drain-fixture.ts';
import { fakeTimeForEachTest, pass, passUntilSettled } from './fake-time.ts';

fakeTimeForEachTest();

const open = () => undefined;
const counts = (some: Partial<DeliveryCounts>): DeliveryCounts => ({ ...NO_COUNTS, ...some });
const unknown: Wait = { reason: 'the audience is unknown', audience: 'a.1' };
/** What waits, of the audience that the message names. */
const waiting = (audience: string | undefined, reason = unknown.reason) => ({
  settled: 0,
  counts: NO_COUNTS,
  wait: { reason, audience },
  report: { audience },
});
const sumOf = (lines: readonly Line[], field: string) =>
  lines.reduce((sum, line) => sum + Number(line[field]), 0);

describe('a pass of the drain', () => {
  test('writes one line with the sums of the key batches that end within a second', async () => {
    const { drain, publish, delivered, summaries } = setUp({ answer: open });
    for (let index = 0; index < 30; index += 1) void drain.look(await publish('m', `key-${index}`));
    await pass(10);
    for (const [index, one] of delivered.entries()) {
      const of = counts({ delivered: index, rejected: 1, skipped: 3, unsupportedRemovals: 2 });
      one.end({ counts: of, report: { ageMs: 100 - index, durationMs: 10 + index } });
      await pass(20);
    }
    await pass(1_500);
    expect(summaries).toEqual([
      {
        event: 'delivery_settled',
        severity: 'INFO',
        message: 'mutations: ack',
        time: expect.any(String),
        kind: 'mutations',
        settled: 'ack',
        keyBatches: 30,
        messages: 30,
        ageMs: 100,
        durationMs: 39,
        delivered: (29 * 30) / 2,
        rejected: 30,
        skipped: 90,
        retried: 0,
        unsupportedRemovals: 60,
      },
    ]);
  });

  test('writes at least a line a second while it is busy, and loses no count', async () => {
    const { drain, publish, delivered, summaries } = setUp({ answer: open });
    void drain.look(await publish('m', 'slow'));
    for (let index = 0; index < 40; index += 1) {
      void drain.look(await publish('m', `key-${index}`));
      await pass(100);
      delivered.at(-1)?.end({ counts: counts({ delivered: 7 }) });
    }
    expect(summaries.length).toBeGreaterThanOrEqual(2);
    expect(summaries.length).toBeLessThanOrEqual(4);
    delivered[0]?.end({ counts: counts({ delivered: 7 }) });
    await pass(1_500);
    expect(sumOf(summaries, 'keyBatches')).toBe(41);
    expect(sumOf(summaries, 'delivered')).toBe(41 * 7);
  });

  test('has its line before the request that woke it is answered', async () => {
    const { drain, publish, summaries } = setUp();
    await passUntilSettled(drain.look(await publish('m', 'key')));
    expect(summaries).toMatchObject([{ settled: 'ack', keyBatches: 1 }]);
  });

  test('has its line once the drain is stopped, also of what ends later', async () => {
    const { drain, publish, delivered, summaries } = setUp({ answer: open });
    for (const key of ['fast', 'slow']) void drain.look(await publish('m', key));
    await pass(10);
    delivered[0]?.end();
    await pass(10);
    expect(summaries).toEqual([]);
    await passUntilSettled(drain.stop(500));
    expect(summaries).toMatchObject([{ settled: 'ack', messages: 1 }]);
    delivered[1]?.end();
    await pass(10);
    expect(sumOf(summaries, 'messages')).toBe(2);
  });

  test('keeps kinds apart, which metrics tell apart', async () => {
    const kinds = ['mutations', 'create-audience', 'mutations'];
    const answer = () => ({ report: { kind: kinds.pop() ?? '' } });
    const { drain, publish, summaries } = setUp({ answer });
    for (const key of ['one', 'two', 'three']) await publish('m', key);
    await passUntilSettled(drain.look());
    expect(summaries.map(({ kind, keyBatches }) => [kind, keyBatches]).sort()).toEqual([
      ['create-audience', 1],
      ['mutations', 2],
    ]);
  });
});

describe('what is counted', () => {
  test('of a key batch that is done in part, each part stands in a line of its own', async () => {
    const results = [
      {
        settled: 2,
        counts: counts({ delivered: 5, rejected: 1 }),
        leftCounts: counts({ delivered: 3, retried: 4 }),
        wait: unknown,
      },
      { counts: counts({ delivered: 7 }) },
    ];
    const { drain, publish, summaries } = setUp({ answer: () => results.shift() });
    for (const text of ['m-0', 'm-1', 'm-2']) await publish(text, 'key');
    await passUntilSettled(drain.look());
    const acknowledged = summaries.filter(({ settled }) => settled === 'ack');
    expect(sumOf(acknowledged, 'messages')).toBe(3);
    expect(sumOf(acknowledged, 'delivered')).toBe(12);
    expect(sumOf(acknowledged, 'rejected')).toBe(1);
    expect(summaries.filter(({ settled }) => settled === 'nack')).toMatchObject([
      { messages: 1, keyBatches: 1, delivered: 3, retried: 4, retryReason: unknown.reason },
    ]);
  });

  test('a key batch whose lease has ended comes again, and counts as delivered once', async () => {
    const { drain, publish, delivered, summaries } = setUp({
      answer: open,
      settings: { extendEveryMs: 10 * LEASE_MS },
    });
    void drain.look(await publish('m', 'key'));
    await pass(LEASE_MS + 1_000, 100);
    delivered[0]?.end({ counts: counts({ delivered: 9 }) });
    await pass(2_000, 100);
    delivered[1]?.end({ counts: counts({ delivered: 9 }) });
    await pass(2_000, 100);
    expect(summaries).toMatchObject([
      { settled: 'nack', delivered: 9, retryReason: 'the lease ended' },
      { settled: 'ack', delivered: 9 },
    ]);
  });

  test('a key batch whose acknowledgement failed comes again, and counts as delivered once', async () => {
    const failures = [new PlatformError('QUEUE_UNAVAILABLE', 'no answer', { retryable: true })];
    const wrap = (consumer: Consumer): Consumer => ({
      ...consumer,
      acknowledge: (messages) => {
        const failure = failures.pop();
        return failure === undefined ? consumer.acknowledge(messages) : Promise.reject(failure);
      },
    });
    const { drain, publish, summaries } = setUp({
      wrap,
      answer: () => ({ counts: counts({ delivered: 9 }) }),
    });
    void drain.look(await publish('m', 'key'));
    await pass(LEASE_MS + 10_000, 100);
    expect(summaries.map(({ settled, delivered: of }) => [settled, of])).toEqual([
      ['nack', 9],
      ['ack', 9],
    ]);
  });
});

describe('key batches that must come again', () => {
  test('each audience stands in a line with its reason, however many there are', async () => {
    const shared = setUpQueue();
    const answer = ({ texts: [text = ''] }: { texts: readonly string[] }) =>
      waiting(text, Number(text) % 2 === 0 ? 'the audience is unknown' : 'answered 503');
    const { drain, publish, summaries } = setUp({ answer }, shared);
    for (let index = 0; index < 240; index += 1) await publish(`${index}`, `key-${index}`);
    void drain.look();
    await pass(500);
    await drain.stop(0);
    const found = summaries.flatMap(({ retryReason, audiences }) =>
      (audiences as string[]).map((audience) => `${audience} ${String(retryReason)}`),
    );
    expect(found).toHaveLength(240);
    expect(found).toContain('0 the audience is unknown');
    expect(found).toContain('239 answered 503');
    expect(sumOf(summaries, 'keyBatches')).toBe(240);
    expect(summaries.length).toBeLessThanOrEqual(6);
    expect(Math.max(...summaries.map(({ audiences }) => (audiences as string[]).length))).toBe(50);
  });

  test('one that waits for an hour is a WARNING every ten minutes, and a line at each look', async () => {
    const { drain, publish, summaries } = setUp({ answer: () => waiting('a.1') });
    await publish('m', 'key');
    for (let minute = 0; minute < 60; minute += 1) {
      void drain.look();
      await pass(60_000, 1_000);
    }
    expect(summaries.length).toBeGreaterThanOrEqual(60);
    expect(summaries.length).toBeLessThanOrEqual(130);
    expect(summaries.every(({ audiences }) => String(audiences) === 'a.1')).toBe(true);
    const warnings = summaries.filter(({ severity }) => severity === 'WARNING');
    expect(warnings).toHaveLength(6);
  });

  test('an audience that waits for the first time, or for another reason, is a WARNING at once', async () => {
    const results = [
      waiting('a.1'),
      waiting('a.1', 'answered 503'),
      waiting('a.2'),
      waiting(undefined),
      waiting(undefined),
    ];
    const { drain, publish, summaries } = setUp({ answer: () => results.shift() ?? {} });
    await publish('m', 'key');
    void drain.look();
    for (let minute = 0; minute < 4; minute += 1) {
      await pass(60_000, 1_000);
      void drain.look();
    }
    await pass(1_000);
    expect(summaries.map(({ severity }) => severity)).toEqual([
      ...Array.from({ length: 5 }, () => 'WARNING'),
      'INFO',
    ]);
  });
});

describe('ids of requests', () => {
  const requestIds = Array.from({ length: 30 }, (_, index) => `r-${index}`);
  const rejected = counts({ delivered: 1, rejected: 1 });
  const idsOf = async (options: Parameters<typeof setUp>[0], keys = ['one', 'two']) => {
    const { drain, publish, summaries } = setUp({ logLevel: 'info', ...options });
    for (const key of keys) await publish('m', key);
    void drain.look();
    await pass(500);
    await drain.stop(0);
    return summaries.map((line) => line['requestIds']);
  };

  test('are named where members were refused or wait, the first twenty', async () => {
    const refused = await idsOf({
      answer: () => ({ counts: rejected, report: { requestIds } }),
    });
    expect(refused).toEqual([requestIds.slice(0, 20)]);
    const held = await idsOf({
      answer: () => ({ ...waiting('a.1'), report: { audience: 'a.1', requestIds } }),
    });
    expect(held).toEqual([requestIds.slice(0, 20)]);
  });

  test('are not named where all went well, unless the log is at debug', async () => {
    const answer = () => ({ report: { requestIds } });
    expect(await idsOf({ answer })).toEqual([undefined]);
    expect(await idsOf({ answer, logLevel: 'debug' })).toEqual([requestIds.slice(0, 20)]);
  });

  test('a line about one key batch carries the id of its first request and the trace', async () => {
    const { deliverBatch, lines, log, makeReady, clock } = deliveryFixture();
    await makeReady();
    const message = deliveryOf(mutationsOf(...add('a')), new Date(clock.time));
    const attributes = { ...message.attributes, requestId: 'r-7', trace: 'projects/p/traces/t' };
    const hold = {
      mayCall: () => true,
      isLost: () => false,
      lookAgain: () => Promise.resolve(false),
    };
    const result = await deliverBatch([{ ...message, attributes }], hold);
    expect(lines).toEqual([]);
    const summary = createDeliverySummary(log);
    summary.add({ result, acknowledged: 1, left: 0 });
    summary.write();
    const trace = { 'logging.googleapis.com/trace': 'projects/p/traces/t' };
    expect(lines).toMatchObject([{ event: 'delivery_settled', requestId: 'r-7', ...trace }]);
    for (let count = 0; count < 2; count += 1) summary.add({ result, acknowledged: 1, left: 0 });
    summary.write();
    expect(lines[1]).not.toHaveProperty('requestId');
  });

  test('a single key batch has no list of one', async () => {
    const answer = () => ({ counts: rejected, report: { requestIds: ['r-1'] } });
    expect(await idsOf({ answer }, ['one'])).toEqual([undefined]);
    expect(await idsOf({ answer })).toEqual([['r-1']]);
  });
});
