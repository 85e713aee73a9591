/** Steps that the consumer's contract repeats. */
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from '@jest/globals';
import type { Consumer, KeyBatch, PullLimits } from '../../shared/queue/consumer.ts';
import type { Delivery, Publisher } from '../../shared/queue/queue.ts';

export interface ConsumerFixture {
  readonly publisher: Publisher;
  /** Another consumer of the one subscription. */
  consumer(leaseMs: number): Consumer;
  close(): Promise<void>;
}

/** Adds a test of the contract. */
export type Rule = (sentence: string, check: (queue: ConsumerFixture) => Promise<void>) => void;

/** For what happens when a lease ends; a busy machine does several calls to an emulator meanwhile. */
export const SHORT_LEASE_MS = 2_000;
/** For all else. */
export const LONG_LEASE_MS = 10_000;
export const LIMITS: PullLimits = { maxMessages: 1_000, maxBytes: 10_000_000 };
const PATIENCE_MS = 60_000;
/** Many tests poll the emulator at once. */
const POLL_MS = 100;

export const textOf = ({ data }: Delivery): string => Buffer.from(data).toString('utf8');
export const textsOf = (batch: KeyBatch | undefined): string[] =>
  (batch?.messages ?? []).map(textOf);
export const numbered = (count: number): string[] =>
  Array.from({ length: count }, (_, index) => `m-${index}`);

export function publish(
  queue: { readonly publisher: Publisher },
  text: string,
  orderingKey?: string,
): Promise<string> {
  const key = orderingKey === undefined ? {} : { orderingKey };
  return queue.publisher.publish({ data: Buffer.from(text), attributes: {}, ...key });
}

/** Pulls until something is handed out: a pull may be empty although messages wait. */
export async function pullNext(consumer: Consumer, limits = LIMITS): Promise<KeyBatch[]> {
  const deadline = Date.now() + PATIENCE_MS;
  while (Date.now() < deadline) {
    const batches = await consumer.pull(limits);
    if (batches.length > 0) return batches;
    await sleep(POLL_MS);
  }
  throw new Error(`Nothing was handed out for ${PATIENCE_MS} ms.`);
}

/** Pulls the one key batch there is. */
export async function pullOne(consumer: Consumer): Promise<KeyBatch> {
  const [batch, ...others] = await pullNext(consumer);
  expect(others).toEqual([]);
  if (batch === undefined) throw new Error('A pull handed out a key batch that is not there.');
  return batch;
}

/** Nothing is handed out for so long. */
export async function expectSilence(consumer: Consumer, forMs: number): Promise<void> {
  const end = Date.now() + forMs;
  while (Date.now() < end) {
    const batches = await consumer.pull(LIMITS);
    expect(batches.flatMap(({ messages }) => messages.map(textOf))).toEqual([]);
    await sleep(POLL_MS);
  }
}

/** Acknowledges each key batch, and those in hand first, until there were `count` messages. */
export async function drain(
  consumer: Consumer,
  count: number,
  inHand: readonly KeyBatch[] = [],
): Promise<Record<string, string[]>> {
  const received: Record<string, string[]> = {};
  let batches = inHand;
  for (let left = count; ;) {
    for (const batch of batches) {
      (received[batch.key] ??= []).push(...textsOf(batch));
      left -= batch.messages.length;
      await consumer.acknowledge(batch.messages);
    }
    if (left <= 0) return received;
    batches = await pullNext(consumer);
  }
}
