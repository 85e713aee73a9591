import { describe, expect, test } from '@jest/globals';
import type { BatchResult } from '../../../shared/destinations/destination.ts';
import { createBriefRetry } from '../../../shared/delivery/brief-retry.ts';
import { DestinationError } from '../../../shared/errors.ts';

const RETRIES = 2;
const retryBriefly = createBriefRetry(RETRIES);
const busy = (retryAfterMs?: number): BatchResult => ({
  kind: 'retry',
  reason: 'busy',
  retryAfterMs,
});
const outcomes: BatchResult = { kind: 'outcomes', outcomes: [{ status: 'delivered' }] };

/** A call that gives these results one after the other, the last one for ever. */
function calling(...results: (BatchResult | Error)[]) {
  const calledAt: number[] = [];
  const call = (): Promise<BatchResult> => {
    const result = results[Math.min(calledAt.length, results.length - 1)];
    calledAt.push(performance.now());
    return result instanceof Error ? Promise.reject(result) : Promise.resolve(result ?? outcomes);
  };
  return { call, calledAt };
}

describe('a short fault is retried within the delivery', () => {
  test('until it is over', async () => {
    const { call, calledAt } = calling(busy(), busy(), outcomes);
    expect(await retryBriefly(call)).toBe(outcomes);
    expect(calledAt).toHaveLength(3);
  });

  test('so is what wants some of its members later', async () => {
    const some: BatchResult = {
      kind: 'outcomes',
      outcomes: [{ status: 'delivered' }, { status: 'retry', reason: 'busy' }],
    };
    const { call, calledAt } = calling(some, outcomes);
    expect(await retryBriefly(call)).toBe(outcomes);
    expect(calledAt).toHaveLength(2);
  });

  test('so is a creation that found the third party unavailable', async () => {
    const unavailable = new DestinationError('DESTINATION_UNAVAILABLE', 'x', { retryable: true });
    const { call, calledAt } = calling(unavailable, outcomes);
    expect(await retryBriefly(call)).toBe(outcomes);
    expect(calledAt).toHaveLength(2);
  });

  test('a few times only: then the queue has it again', async () => {
    const last = busy();
    const { call, calledAt } = calling(last);
    expect(await retryBriefly(call)).toBe(last);
    expect(calledAt).toHaveLength(1 + RETRIES);
  });

  test('no sooner than the third party asks', async () => {
    const { call, calledAt } = calling(busy(150), outcomes);
    await retryBriefly(call);
    const [first = 0, second = 0] = calledAt;
    // Timers may fire a millisecond early.
    expect(second - first).toBeGreaterThan(148);
  });
});

describe('is not retried within the delivery', () => {
  test.each<[string, BatchResult | Error]>([
    ['what asks for a long pause', busy(60_000)],
    ['what was delivered', outcomes],
    ['what was refused', { kind: 'refused-whole', reason: 'answered 400' }],
    ['a fault of ours', { kind: 'fault', reason: 'answered 401', status: 401 }],
    ['a refused creation', new DestinationError('DESTINATION_REFUSED', 'no')],
    [
      'wrong credentials',
      new DestinationError('DESTINATION_MISCONFIGURED', 'x', { retryable: true }),
    ],
    ['a bug', new TypeError('x')],
  ])('%s', async (_, result) => {
    const { call, calledAt } = calling(result);
    const settled = await retryBriefly(call).catch((error: unknown) => error);
    expect(settled).toBe(result);
    expect(calledAt).toHaveLength(1);
  });
});
