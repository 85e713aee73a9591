/** A drain over the embedded queue, whose calls to the queue are recorded. */
import { createCrashGuard, type CrashStore } from '../../../shared/delivery/crash-guard.ts';
import { createDrain, type DrainSettings, type Wake } from '../../../shared/delivery/drain.ts';
import { createEmbeddedCrashStore } from '../../../shared/delivery/embedded-crash-store.ts';
import {
  NO_COUNTS,
  type DeliverKeyBatch,
  type Hold,
  type KeyBatchReport,
  type KeyBatchResult,
} from '../../../shared/delivery/key-batch.ts';
import { createLogger, type LogLevel } from '../../../shared/logger.ts';
import type { Consumer, LeasedMessage } from '../../../shared/queue/consumer.ts';
import { createEmbeddedQueue } from '../../../shared/queue/embedded-queue.ts';
import type { Delivery } from '../../../shared/queue/queue.ts';
import { pass } from './fake-time.ts';

export const LEASE_MS = 15_000;
const CALL_TIMEOUT_MS = 8_000;

/** A call to the queue. */
export interface QueueCall {
  readonly call: 'pull' | 'acknowledge' | 'putBack' | 'extend';
  /** Messages that it was about, or that it handed out. */
  readonly texts: readonly string[];
  readonly seconds?: number;
  readonly beganAt: number;
}

/** A line of the log. */
export type Line = Readonly<Record<string, unknown>>;

/** A key batch that was delivered. */
export interface Delivered {
  readonly texts: readonly string[];
  readonly hold: Hold;
  readonly hasCrashed: boolean;
  readonly at: number;
  /** Ends the delivery, where it is an open one. */
  end(result?: Partial<Answer>): void;
}

export interface Answer extends Omit<KeyBatchResult, 'report'> {
  readonly report: Partial<KeyBatchReport>;
}

export interface DrainOptions {
  /** The answer to the key batch; undefined: it stays open until `end`. */
  readonly answer?: (delivered: Delivered) => Partial<Answer> | undefined;
  readonly wrap?: (consumer: Consumer) => Consumer;
  readonly settings?: Partial<DrainSettings>;
  readonly logLevel?: LogLevel;
  readonly crashStore?: CrashStore;
}

const REPORT = {
  kind: 'mutations',
  audience: 'a.1',
  ageMs: 5,
  durationMs: 3,
  deliveryAttempt: undefined,
  requestIds: [],
  forDestination: undefined,
};

const textOf = ({ data }: Delivery): string => Buffer.from(data).toString('utf8');

/** A queue with a subscription that drains share, as instances do. */
export function setUpQueue() {
  const queue = createEmbeddedQueue();
  const subscription = queue.subscribe();
  const publish = async (text: string, key: string): Promise<Wake> => {
    const data = Buffer.from(text);
    const messageId = await queue.publish({ data, attributes: {}, orderingKey: key });
    return { messageId, key };
  };
  return { queue, subscription, publish };
}

export function setUp(options: DrainOptions = {}, shared = setUpQueue()) {
  const { answer = () => ({}), settings = {} } = options;
  const wrap = options.wrap ?? ((consumer: Consumer) => consumer);
  const { crashStore = createEmbeddedCrashStore() } = options;
  const calls: QueueCall[] = [];
  const delivered: Delivered[] = [];
  const lines: string[] = [];
  const storeFailures: unknown[] = [];
  const consumer = recorded(wrap(shared.subscription.createConsumer(LEASE_MS)), calls);

  const deliver: DeliverKeyBatch = (messages, hold, hasCrashed = false) =>
    new Promise((resolve) => {
      const end = (result: Partial<Answer> = {}): void => {
        resolve({
          settled: messages.length,
          counts: { ...NO_COUNTS, delivered: messages.length },
          leftCounts: NO_COUNTS,
          hasFailed: false,
          ...result,
          report: { ...REPORT, log, ...result.report },
        });
      };
      const one = { texts: messages.map(textOf), hold, hasCrashed, at: Date.now(), end };
      delivered.push(one);
      const result = answer(one);
      if (result !== undefined) end(result);
    });

  const summaries: Line[] = [];
  const write = (text: string) => {
    const line = JSON.parse(text) as Line;
    if (line['event'] === 'delivery_settled') summaries.push(line);
    else lines.push(text);
  };
  const log = createLogger(options.logLevel ?? 'debug', { write });
  const drain = createDrain({
    consumer,
    deliver,
    crashGuard: createCrashGuard({
      store: crashStore,
      leaseMs: LEASE_MS,
      onStoreFailed: (error) => {
        storeFailures.push(error);
      },
    }),
    callTimeoutMs: CALL_TIMEOUT_MS,
    fullCall: 100,
    maxBytes: 10_000_000,
    log,
    ...settings,
  });

  const of = (call: QueueCall['call']) => calls.filter((one) => one.call === call);
  const textsDelivered = () => delivered.map(({ texts }) => texts);
  return {
    ...shared,
    drain,
    calls,
    of,
    delivered,
    textsDelivered,
    lines,
    summaries,
    storeFailures,
  };
}

function recorded(consumer: Consumer, calls: QueueCall[]): Consumer {
  const record = (call: QueueCall['call'], messages: readonly LeasedMessage[]) => {
    calls.push({ call, texts: messages.map(textOf), beganAt: Date.now() });
  };
  return {
    leaseMs: consumer.leaseMs,
    pull: async (limits) => {
      const beganAt = Date.now();
      const batches = await consumer.pull(limits);
      const texts = batches.flatMap(({ messages }) => messages.map(textOf));
      calls.push({ call: 'pull', texts, beganAt });
      return batches;
    },
    acknowledge: (messages) => {
      record('acknowledge', messages);
      return consumer.acknowledge(messages);
    },
    putBack: (messages, seconds) => {
      calls.push({ call: 'putBack', texts: messages.map(textOf), seconds, beganAt: Date.now() });
      return consumer.putBack(messages, seconds);
    },
    extend: (messages) => {
      record('extend', messages);
      return consumer.extend(messages);
    },
    close: () => consumer.close(),
  };
}

/** Whether a promise has settled, without waiting for it. */
export function watch(promise: Promise<unknown>): { isSettled: boolean } {
  const watched = { isSettled: false };
  void promise.finally(() => (watched.isSettled = true));
  return watched;
}

/** Lets time pass until it is so; fails after `limitMs`. */
export async function passUntil(isSo: () => boolean, limitMs = 60_000): Promise<void> {
  const end = Date.now() + limitMs;
  while (!isSo()) {
    if (Date.now() >= end) throw new Error(`It was not so after ${limitMs} ms: ${isSo.toString()}`);
    await pass(10);
  }
}
