import { describe, expect, test } from '@jest/globals';
import type { Outcome } from '../../shared/destinations/destination.ts';
import { PlatformError } from '../../shared/errors.ts';
import { createDeliverySummary } from '../../shared/delivery/delivery-summary.ts';
import type { Delivery } from '../../shared/queue/queue.ts';
import {
  add,
  deliveryFixture,
  deliveryOf,
  mutationsOf,
  type Line,
} from '../unit/delivery/delivery-fixture.ts';
import { recordingDestination } from '../unit/delivery/recording-destination.ts';
import { intakeForEachTest } from '../unit/intake/intake-fixture.ts';
import { holds } from './log-filter.ts';
import { logMetrics } from './monitoring-files.ts';

/** The sum that a metric has of these lines. */
function sumOf(key: string, lines: readonly Line[]): number {
  const metric = logMetrics().find((one) => one.key === key);
  const value = metric?.value;
  if (value === undefined) throw new Error(`${key} is no metric with a value`);
  return lines
    .filter((line) => metric?.conditions.every((condition) => holds(condition, line)))
    .reduce((sum, line) => sum + Number(line[value]), 0);
}

const DELIVERED: Outcome = { status: 'delivered' };
const REFUSED: Outcome = { status: 'rejected', reason: 'unknown' };
const BUSY: Outcome = { status: 'retry', reason: 'busy' };

test('members are counted once, however often their message is delivered', async () => {
  let busy = true;
  const outcomeOf = (user: string): Outcome => {
    if (user === 'b') return REFUSED;
    return user === 'c' && busy ? BUSY : DELIVERED;
  };
  const destination = recordingDestination({
    apply: ({ members }) => ({
      kind: 'outcomes',
      outcomes: members.map(({ user }) => outcomeOf(user)),
    }),
  });
  const { deliver, lines, makeReady } = deliveryFixture({ destination });
  await makeReady();
  const message = mutationsOf(...add('a', 'b', 'c', 'c'));
  expect([await deliver(message), await deliver(message)]).toEqual(['nack', 'nack']);
  busy = false;
  expect(await deliver(message)).toBe('ack');

  expect(sumOf('members_delivered', lines)).toBe(2);
  expect(sumOf('members_rejected', lines)).toBe(1);
  expect(sumOf('members_skipped', lines)).toBe(1);
  expect(sumOf('dead_letters', lines)).toBe(1);
  expect(sumOf('members_retried', lines)).toBe(2);
});

test('members are counted once where the drain sums up deliveries', async () => {
  const batches: Outcome[][] = [];
  const destination = recordingDestination({
    apply: () => ({ kind: 'outcomes', outcomes: batches.shift() ?? [] }),
  });
  const { deliverBatch, lines, makeReady, log } = deliveryFixture({ destination });
  await makeReady();
  const hold = {
    mayCall: () => true,
    isLost: () => false,
    lookAgain: () => Promise.resolve(false),
  };
  const summary = createDeliverySummary(log);
  const deliver = async (...messages: Delivery[]) => {
    const result = await deliverBatch(messages, hold);
    const { settled } = result;
    summary.add({ result, acknowledged: settled, left: messages.length - settled });
  };
  const now = new Date();
  const message = deliveryOf(mutationsOf(...add('a', 'b', 'c', 'c')), now);
  const undecodable = { ...message, data: Buffer.from('{'), messageId: 'm-0' };
  const other = { ...deliveryOf(mutationsOf(...add('d')), now), messageId: 'm-2' };
  batches.push([DELIVERED, REFUSED, BUSY], [DELIVERED, REFUSED, DELIVERED], [DELIVERED]);
  await deliver(undecodable, message);
  await deliver(message);
  await deliver(other);
  summary.write();

  // Four of the message that cannot be decoded, by its attribute.
  expect(sumOf('members_rejected', lines)).toBe(4 + 1);
  expect(sumOf('members_delivered', lines)).toBe(3);
  expect(sumOf('members_skipped', lines)).toBe(1);
  expect(sumOf('members_retried', lines)).toBe(1);
  expect(sumOf('messages_settled', lines)).toBe(3 + 1);
});

describe('at intake', () => {
  const startIntake = intakeForEachTest();

  test('mutations are counted once they are stored, and not before', async () => {
    const answers = [new PlatformError('QUEUE_UNAVAILABLE', 'The queue is not there.')];
    const { dmp, lines } = await startIntake(() => {
      const failure = answers.pop();
      return failure === undefined ? Promise.resolve('id') : Promise.reject(failure);
    });
    const users = ['a', 'b', 'c'];
    expect((await dmp.addToAudience('a.1', users)).status).toBe(503);
    expect(sumOf('mutations_accepted', lines)).toBe(0);
    expect((await dmp.addToAudience('a.1', users)).status).toBe(200);
    expect(sumOf('mutations_accepted', lines)).toBe(3);
    expect(sumOf('entries_rejected', lines)).toBe(0);
  });

  test('entries that are set aside are counted, also when there is no other', async () => {
    const { dmp, lines } = await startIntake(() => Promise.resolve('id'));
    expect((await dmp.addToAudience('', ['a', 'b'])).status).toBe(400);
    expect(sumOf('entries_rejected', lines)).toBe(2);
    expect(sumOf('mutations_accepted', lines)).toBe(0);
  });
});
