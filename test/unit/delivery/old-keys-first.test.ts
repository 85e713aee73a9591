import { describe, expect, test } from '@jest/globals';
import { NO_COUNTS, type KeyBatchResult } from '../../../shared/delivery/key-batch.ts';
import { createLogger } from '../../../shared/logger.ts';
import { oldKeysFirst } from '../../../shared/delivery/old-keys-first.ts';
import type { Delivery } from '../../../shared/queue/queue.ts';

/** `1a`: a message of version 1 of audience a. */
function messageOf(text: string): Delivery {
  const [version = '', audience = ''] = text;
  const attributes = { kind: 'mutations', audience, ...(version === '2' && { version }) };
  return { messageId: text, data: Buffer.from(text), attributes, publishTime: new Date(0) };
}

const log = createLogger('silent');
const REPORT = {
  kind: 'mutations',
  audience: 'a',
  ageMs: 0,
  durationMs: 0,
  deliveryAttempt: undefined,
  requestIds: [],
  forDestination: undefined,
};

function setUp() {
  const clock = { time: 0 };
  const delivered: string[] = [];
  /** What deliveries wait for, by their first message. */
  const open = new Map<string, (result?: Partial<KeyBatchResult>) => void>();
  const deliver = oldKeysFirst(
    (messages) =>
      new Promise((resolve) => {
        const texts = messages.map(({ messageId }) => messageId);
        delivered.push(texts.join(' '));
        open.set(texts[0] ?? '', (result) => {
          resolve({
            settled: messages.length,
            counts: NO_COUNTS,
            leftCounts: NO_COUNTS,
            hasFailed: false,
            report: { ...REPORT, log },
            ...result,
          });
        });
      }),
    log,
    () => clock.time,
  );
  const begin = (texts: readonly string[], looks = 1) => {
    let left = looks;
    const lookAgain = () => {
      left -= 1;
      return new Promise<boolean>((resolve) => setTimeout(resolve, 5, left > 0));
    };
    const hold = { mayCall: () => true, isLost: () => false, lookAgain };
    return deliver(texts.map(messageOf), hold);
  };
  const end = (first: string, result?: Partial<KeyBatchResult>) => open.get(first)?.(result);
  return { begin, end, delivered, clock };
}

const turns = () => new Promise((resolve) => setTimeout(resolve, 20));

describe('An upgrade reorders nothing: messages of the old shards go before those of the new key', () => {
  test('a key batch of version 2 waits for one of version 1 that was pulled with it', async () => {
    const { begin, end, delivered } = setUp();
    const newer = begin(['2a-1'], 100);
    const older = begin(['1a-1']);
    await turns();
    expect(delivered).toEqual(['1a-1']);
    end('1a-1');
    await older;
    await turns();
    expect(delivered).toEqual(['1a-1', '2a-1']);
    end('2a-1');
    expect(await newer).toMatchObject({ settled: 1 });
  });

  test('it goes back when it has waited for long enough; also for one that was put back', async () => {
    const { begin, end, delivered } = setUp();
    const older = begin(['1a-1']);
    end('1a-1', { settled: 0, wait: { reason: 'the platform is paused' } });
    await older;
    const wait = { reason: 'older messages of the audience go first', audience: 'a' };
    expect(await begin(['2a-1'])).toMatchObject({ settled: 0, wait });
    expect(delivered).toEqual(['1a-1']);
  });

  test('of a key batch that holds both, version 1 goes before the older keys, and version 2 after them', async () => {
    const { begin, end, delivered } = setUp();
    const mixed = begin(['1a-1', '2a-1'], 100);
    const older = begin(['1a-2']);
    end('1a-1');
    await turns();
    expect(delivered).toEqual(['1a-1', '1a-2']);
    end('1a-2');
    await older;
    await turns();
    end('2a-1');
    expect(await mixed).toMatchObject({ settled: 2 });
    expect(delivered).toEqual(['1a-1', '1a-2', '2a-1']);
  });

  test('two key batches that hold both do not wait for each other', async () => {
    const { begin, end, delivered } = setUp();
    const both = [begin(['1a-1', '2a-1'], 100), begin(['1a-2', '2a-2'], 100)];
    for (const first of ['1a-1', '1a-2']) end(first);
    await turns();
    for (const first of ['2a-1', '2a-2']) end(first);
    for (const one of both) expect(await one).toMatchObject({ settled: 2 });
    expect(delivered.slice(0, 2)).toEqual(['1a-1', '1a-2']);
    expect(delivered.slice(2).toSorted()).toEqual(['2a-1', '2a-2']);
  });

  test('other audiences do not wait', async () => {
    const { begin, delivered } = setUp();
    void begin(['1a-1']);
    void begin(['2b-1']);
    await turns();
    expect(delivered).toEqual(['1a-1', '2b-1']);
  });

  test('what was put back and never came again is forgotten after two minutes', async () => {
    const { begin, end, delivered, clock } = setUp();
    const older = begin(['1a-1']);
    end('1a-1', { settled: 0, wait: { reason: 'x' } });
    await older;
    clock.time += 121_000;
    void begin(['2a-1']);
    await turns();
    expect(delivered).toEqual(['1a-1', '2a-1']);
  });
});
