import { describe, expect, test } from '@jest/globals';
import { createWakeHost } from '../../../functions/forward/wake-host.ts';
import type { Wake } from '../../../shared/delivery/drain.ts';

/** A drain that is empty when it is told to. */
function setUp() {
  const looks: (Wake | undefined)[] = [];
  const stops: number[] = [];
  let becomeEmpty = (): void => undefined;
  let stopped = (): void => undefined;
  let running: Promise<void> | undefined;
  const host = createWakeHost({
    look: (wake) => {
      looks.push(wake);
      running ??= new Promise((resolve) => {
        becomeEmpty = () => {
          running = undefined;
          resolve();
        };
      });
      return running;
    },
    stop: (timeoutMs) => {
      stops.push(timeoutMs);
      return new Promise((resolve) => {
        stopped = () => {
          becomeEmpty();
          resolve();
        };
      });
    },
  });
  /** The statuses of requests in the order of their answers. */
  const answers: [string, number][] = [];
  const request = (name: string, wake?: Wake): void => {
    void host.wake(wake).then((status) => answers.push([name, status]));
  };
  const end = {
    empty: () => {
      becomeEmpty();
    },
    stop: () => {
      stopped();
    },
  };
  return { host, request, answers, looks, stops, end };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));
const wake = (id: number): Wake => ({ messageId: `m-${id}`, key: 'key' });

describe('a wake', () => {
  test('is held open while there is work, and answered 200 when the queue is empty', async () => {
    const { request, answers, end } = setUp();
    request('first', wake(1));
    await turn();
    expect(answers).toEqual([]);
    end.empty();
    await turn();
    expect(answers).toEqual([['first', 200]]);
  });

  test('is answered 204 as soon as a newer one takes over; the newest is answered 200', async () => {
    const { request, answers, end } = setUp();
    for (const id of [1, 2, 3]) {
      request(`wake ${id}`, wake(id));
      await turn();
    }
    expect(answers).toEqual([
      ['wake 1', 204],
      ['wake 2', 204],
    ]);
    end.empty();
    await turn();
    expect(answers.at(-1)).toEqual(['wake 3', 200]);
    expect(answers).toHaveLength(3);
  });

  test('leads to a look of the drain, each of them, sweeps too', () => {
    const { request, looks } = setUp();
    request('first', wake(1));
    request('sweep');
    request('second', wake(2));
    expect(looks).toEqual([wake(1), undefined, wake(2)]);
  });

  test('after the queue was empty is held open again', async () => {
    const { request, answers, end } = setUp();
    request('first', wake(1));
    end.empty();
    await turn();
    request('second', wake(2));
    await turn();
    expect(answers).toEqual([['first', 200]]);
    end.empty();
    await turn();
    expect(answers).toEqual([
      ['first', 200],
      ['second', 200],
    ]);
  });
});

describe('at stop', () => {
  test('the open request is answered 503, after the drain has stopped', async () => {
    const { host, request, answers, stops, end } = setUp();
    request('open', wake(1));
    const stopping = host.stop(8_000);
    await turn();
    expect(answers).toEqual([]);
    expect(stops).toEqual([8_000]);
    end.stop();
    await stopping;
    await turn();
    expect(answers).toEqual([['open', 503]]);
  });

  test('a queue that becomes empty meanwhile is not a reason for 200', async () => {
    const { host, request, answers, end } = setUp();
    request('open', wake(1));
    void host.stop(8_000);
    end.empty();
    await turn();
    expect(answers).toEqual([]);
    end.stop();
    await turn();
    expect(answers).toEqual([['open', 503]]);
  });

  test('and after it a request is answered 503 at once, and leads to no look', async () => {
    const { host, request, answers, looks, end } = setUp();
    const stopping = host.stop(8_000);
    request('during', wake(1));
    await turn();
    end.stop();
    await stopping;
    request('after', wake(2));
    request('sweep');
    await turn();
    expect(answers).toEqual([
      ['during', 503],
      ['after', 503],
      ['sweep', 503],
    ]);
    expect(looks).toEqual([]);
  });
});
