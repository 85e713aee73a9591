import { describe, expect, test } from '@jest/globals';
import type { Wait } from '../../../shared/delivery/key-batch.ts';
import { passUntil, setUp, watch, type Delivered } from './drain-fixture.ts';
import { fakeTimeForEachTest, pass, passUntilSettled } from './fake-time.ts';

fakeTimeForEachTest();

const unknown = (audience: string, remainingMs?: number): Wait => ({
  reason: 'unknown audience',
  audience,
  remainingMs,
});
const waiting = (remainingMs?: number) => ({ settled: 0, wait: unknown('a.1', remainingMs) });

describe('a key batch that waits', () => {
  test('is put back for 1, 2, 4 … 30 s, and awaited up to 4 s', async () => {
    const { drain, publish, of } = setUp({ answer: () => waiting() });
    await passUntilSettled(drain.look(await publish('m-0', 'key')));
    expect(of('putBack').map(({ seconds }) => seconds)).toEqual([1, 2, 4, 8]);
    for (let round = 0; round < 3; round += 1) {
      await pass(30_000, 1_000);
      await passUntilSettled(drain.look());
    }
    expect(of('putBack').map(({ seconds }) => seconds)).toEqual([1, 2, 4, 8, 16, 30, 30]);
  });

  test('is put back for a second again once the key has been acknowledged', async () => {
    const results = [waiting(), waiting(), {}, waiting(), {}];
    const { drain, publish, of } = setUp({ answer: () => results.shift() });
    for (const text of ['m-0', 'm-1']) {
      await passUntilSettled(drain.look(await publish(text, 'key')));
    }
    expect(of('putBack').map(({ seconds }) => seconds)).toEqual([1, 2, 1]);
  });

  test.each([
    [7_400, 8],
    [200, 1],
    [90_000, 30],
  ])('with %i ms to wait is put back for %i s', async (remainingMs, seconds) => {
    const results = [waiting(remainingMs), {}];
    const { drain, publish, of } = setUp({ answer: () => results.shift() });
    await passUntilSettled(drain.look(await publish('m-0', 'key')));
    expect(of('putBack')).toMatchObject([{ texts: ['m-0'], seconds }]);
  });

  test('is acknowledged as far as it is settled; the rest comes again in order', async () => {
    const results = [{ settled: 2, wait: unknown('a.1') }, {}];
    const { drain, publish, of, queue, textsDelivered } = setUp({ answer: () => results.shift() });
    for (const text of ['m-0', 'm-1', 'm-2', 'm-3']) await publish(text, 'key');
    const look = drain.look();
    await pass(100);
    expect(of('acknowledge')).toMatchObject([{ texts: ['m-0', 'm-1'] }]);
    expect(of('putBack')).toMatchObject([{ texts: ['m-2', 'm-3'], seconds: 1 }]);

    await publish('m-4', 'key');
    await passUntilSettled(look);
    expect(textsDelivered().at(-1)).toEqual(['m-2', 'm-3', 'm-4']);
    expect(queue.pending()).toBe(0);
  });

  test('does not hold up other keys', async () => {
    const answer = ({ texts }: Delivered) => (texts.includes('stuck') ? waiting() : {});
    const { drain, publish, textsDelivered } = setUp({ answer });
    void drain.look(await publish('stuck', 'key-0'));
    await pass(100);
    void drain.look(await publish('free', 'key-1'));
    await pass(100);
    expect(textsDelivered()).toEqual([['stuck'], ['free']]);
  });
});

describe('looking again', () => {
  /** Looks as often as it may, and answers that it waits. */
  const lookAtAll = () => {
    const looks: number[] = [];
    const { drain, publish, of } = setUp({
      answer: (delivered) => {
        void (async () => {
          do looks.push(Date.now());
          while (await delivered.hold.lookAgain());
          delivered.end(waiting());
        })();
        return undefined;
      },
    });
    return { drain, publish, of, looks };
  };

  test('a key batch is looked at four times, a second apart, before it is put back', async () => {
    const { drain, publish, of, looks } = lookAtAll();
    const startedAt = Date.now();
    await passUntilSettled(drain.look(await publish('m-0', 'key')));
    expect(looks.slice(0, 4).map((at) => at - startedAt)).toEqual([0, 1_000, 2_000, 3_000]);
    expect(of('putBack')[0]?.beganAt).toBe(looks[3]);
  });

  test('one that was put back before is looked at once', async () => {
    const { drain, publish, of, looks } = lookAtAll();
    await passUntilSettled(drain.look(await publish('m-0', 'key')));
    expect(looks).toHaveLength(4 + 3);
    expect(of('putBack')).toHaveLength(4);
  });
});

describe('callEarly', () => {
  const away = { settled: 0, wait: unknown('a.1', 30_000) };

  /** Two keys that wait for their audiences, for 30 s. */
  const twoAway = async () => {
    const isReady = new Set<string>();
    const answer = ({ texts }: Delivered) => {
      const audience = texts[0]?.slice(0, 3) ?? '';
      return isReady.has(audience) ? {} : { ...away, wait: unknown(audience, 30_000) };
    };
    const relay = setUp({ answer });
    for (const text of ['a.1 m-0', 'a.1 m-1', 'a.2 m-0'])
      await relay.publish(text, text.slice(0, 3));
    await passUntilSettled(relay.drain.look());
    const callEarly = (audience: string) => {
      isReady.add(audience);
      relay.drain.callEarly((wait) => wait.audience === audience);
    };
    const arrived = () => relay.textsDelivered().slice(2);
    return { ...relay, callEarly, arrived };
  };

  test('brings what waited for an audience within 2 s, before what came meanwhile', async () => {
    const { callEarly, drain, publish, arrived } = await twoAway();
    await publish('a.1 m-2', 'a.1');
    await pass(5_000, 100);
    const look = watch(drain.look());
    callEarly('a.1');
    await pass(2_000);
    expect(arrived()).toEqual([['a.1 m-0', 'a.1 m-1', 'a.1 m-2']]);
    await pass(200);
    expect(look.isSettled).toBe(true);
  });

  test('brings it also where the queue counted as empty before', async () => {
    const { callEarly, arrived } = await twoAway();
    await pass(5_000, 100);
    callEarly('a.1');
    await pass(2_000);
    expect(arrived()).toEqual([['a.1 m-0', 'a.1 m-1']]);
  });

  test('leaves what waits for something else where it is', async () => {
    const { callEarly, drain, of, arrived } = await twoAway();
    await pass(5_000, 100);
    callEarly('a.1');
    await passUntilSettled(drain.look());
    expect(of('putBack').slice(2)).toMatchObject([{ texts: ['a.1 m-0', 'a.1 m-1'], seconds: 1 }]);
    await pass(5_000, 100);
    await passUntilSettled(drain.look());
    expect(arrived().flat().join()).not.toContain('a.2');
  });

  test.each([
    ['in less than a second', 29_300],
    ['already, with no pull since', 40_000],
  ])('brings what would come %s', async (_, passedMs) => {
    const { callEarly, drain, arrived } = await twoAway();
    await pass(passedMs, 100);
    callEarly('a.1');
    void drain.look();
    await passUntil(() => arrived().flat().includes('a.1 m-0'), 2_000);
    expect(arrived()).toContainEqual(['a.1 m-0', 'a.1 m-1']);
  });
});
