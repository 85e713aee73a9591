import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from '@jest/globals';
import type { BatchResult, MicroBatch } from '../../../shared/destinations/destination.ts';
import { add, deliveryFixture, mutationsOf, originalOf, usersUpTo } from './delivery-fixture.ts';
import { delivered, recordingDestination, refusing } from './recording-destination.ts';

async function answering(apply: (batch: MicroBatch) => BatchResult) {
  const capabilities = { maxMembersPerCall: 5 };
  const fixture = deliveryFixture({ destination: recordingDestination({ apply, capabilities }) });
  await fixture.makeReady();
  return fixture;
}

const holds = (batch: MicroBatch, user: string) =>
  batch.members.some((member) => member.user === user);

describe('when one batch of a message is to be retried', () => {
  test('the message comes again, and dead letters wait for its last delivery', async () => {
    let down = true;
    const { deliver, deadLetters, lines } = await answering((batch) => {
      if (down && holds(batch, 'user-12')) return { kind: 'retry', reason: 'answered 503' };
      return refusing('user-2')(batch);
    });
    const message = mutationsOf(...add(...usersUpTo(15)));

    expect(await deliver(message)).toBe('nack');
    expect(await deadLetters()).toEqual([]);
    expect(lines).toMatchObject([
      {
        severity: 'WARNING',
        event: 'delivery_settled',
        settled: 'nack',
        delivered: 9,
        rejected: 1,
        retried: 5,
        retryReason: 'answered 503',
      },
    ]);

    down = false;
    expect(await deliver(message)).toBe('ack');
    expect((await deadLetters()).map(originalOf)).toEqual([mutationsOf(...add('user-2'))]);
  });

  test('so it does when one member only is', async () => {
    const { deliver, deadLetters, lines } = await answering(({ members }) => ({
      kind: 'outcomes',
      outcomes: members.map(({ user }) =>
        user === 'user-3' ? { status: 'retry', reason: 'busy' } : { status: 'delivered' },
      ),
    }));
    expect(await deliver(mutationsOf(...add(...usersUpTo(5))))).toBe('nack');
    expect(await deadLetters()).toEqual([]);
    expect(lines).toMatchObject([{ delivered: 4, retried: 1, retryReason: 'busy' }]);
  });

  test('a member whose outcome is missing is retried, never taken for delivered', async () => {
    const { deliver, lines } = await answering(() => ({
      kind: 'outcomes',
      outcomes: [{ status: 'delivered' }],
    }));
    expect(await deliver(mutationsOf(...add('user-1', 'user-2')))).toBe('nack');
    expect(lines).toMatchObject([{ delivered: 1, retried: 1 }]);
  });

  test('members at fault that were found meanwhile are not lost', async () => {
    const { deliver, deadLetters } = await answering((batch) => {
      const single = batch.members.length === 1;
      if (single && holds(batch, 'user-4')) return { kind: 'retry', reason: 'answered 503' };
      return refusing('user-1', 'user-4')(batch);
    });
    expect(await deliver(mutationsOf(...add(...usersUpTo(5))))).toBe('nack');
    expect(await deadLetters()).toEqual([]);
  });
});

describe('when the third party refuses us, not the members', () => {
  test('the message comes again and one line calls the operator', async () => {
    const { deliver, deadLetters, lines } = await answering(() => ({
      kind: 'fault',
      reason: 'answered 401',
      status: 401,
    }));
    expect(await deliver(mutationsOf(...add('user-1', 'user-2')))).toBe('nack');
    expect(await deadLetters()).toEqual([]);
    expect(lines).toMatchObject([
      { severity: 'ERROR', event: 'destination_fault', destination: 'recorder', status: 401 },
      { event: 'delivery_settled', settled: 'nack', retried: 2, retryReason: 'answered 401' },
    ]);
  });
});

describe('when the destination itself breaks', () => {
  test('the message comes again, and the line about it says nothing of its content', async () => {
    const { deliver, deadLetters, lines } = await answering((batch) => {
      if (holds(batch, 'user-7')) throw new TypeError(`cannot read ${JSON.stringify(batch)}`);
      return delivered(batch);
    });
    expect(await deliver(mutationsOf(...add(...usersUpTo(15))))).toBe('nack');
    expect(await deadLetters()).toEqual([]);
    expect(lines).toMatchObject([
      {
        severity: 'ERROR',
        event: 'delivery_failed',
        errorCode: 'INTERNAL',
        errorName: 'TypeError',
      },
    ]);
    expect(JSON.stringify(lines)).not.toContain('user-7');
  });
});

describe('when a dead letter cannot be stored', () => {
  test('the message with the refused member comes again', async () => {
    const fixture = deliveryFixture({
      destination: recordingDestination({ apply: refusing('user-1') }),
      deadLetters: {
        publish: () => Promise.reject(new Error('not stored')),
        close: () => Promise.resolve(),
      },
    });
    await fixture.makeReady();
    expect(await fixture.deliver(mutationsOf(...add('user-1', 'user-2')))).toBe('nack');
    expect(fixture.lines).toMatchObject([{ severity: 'ERROR', event: 'delivery_failed' }]);
  });

  test('it is called once in a delivery, however many batches there are', async () => {
    const capabilities = { maxMembersPerCall: 1, maxConcurrentCalls: 1 };
    const destination = recordingDestination({
      capabilities,
      apply: () => ({ kind: 'fault', reason: 'answered 403', status: 403 }),
    });
    const { deliver, makeReady, lines } = deliveryFixture({ destination });
    await makeReady();
    expect(await deliver(mutationsOf(...add(...usersUpTo(50))))).toBe('nack');
    expect(destination.batches).toHaveLength(1);
    expect(lines.filter(({ event }) => event === 'destination_fault')).toHaveLength(1);
    expect(lines.at(-1)).toMatchObject({ retried: 50 });
  });
});

describe('when the destination itself fails', () => {
  test('nothing is under way any more once the message is given back', async () => {
    let underWay = 0;
    const slow = recordingDestination({ capabilities: { maxMembersPerCall: 1 } });
    const destination = {
      ...slow,
      apply: async (batch: MicroBatch) => {
        if (holds(batch, 'user-0')) throw new Error('a bug');
        underWay += 1;
        await sleep(50);
        underWay -= 1;
        return slow.apply(batch);
      },
    };
    const { deliver, makeReady } = deliveryFixture({ destination });
    await makeReady();
    expect(await deliver(mutationsOf(...add(...usersUpTo(3))))).toBe('nack');
    expect(underWay).toBe(0);
    expect(slow.batches).toHaveLength(2);
  });
});

describe('when the queue waits no more, and may be delivering the message elsewhere', () => {
  test('no further call goes out', async () => {
    const gone = new AbortController();
    const destination = recordingDestination({
      capabilities: { maxMembersPerCall: 1, maxConcurrentCalls: 1 },
      apply: (batch) => {
        if (holds(batch, 'user-2')) gone.abort();
        return { kind: 'outcomes', outcomes: [{ status: 'delivered' }] };
      },
    });
    const { deliver, makeReady, lines } = deliveryFixture({ destination, gone: gone.signal });
    await makeReady();
    expect(await deliver(mutationsOf(...add(...usersUpTo(10))))).toBe('nack');
    expect(destination.batches).toHaveLength(3);
    expect(lines.at(-1)).toMatchObject({ delivered: 3, retried: 7 });
  });
});
