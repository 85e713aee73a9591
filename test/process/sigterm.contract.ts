import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from '@jest/globals';
import { settlesWithin } from '../setup/machine-time.ts';
import type { Child } from './child.ts';
import { startLoad } from './load.ts';

/**
 * SIGTERM under load: the requests in flight are answered, the program ends within five seconds of machine
 * time with code 0, and no process is left.
 */
export async function expectCleanEnd(child: Child, url: string): Promise<void> {
  const load = startLoad({ url, secret: 'local-secret' }, 20);
  await sleep(700);
  const signalledAt = Date.now();
  const ending = child.end('SIGTERM');
  const isInTime = await settlesWithin(ending, 5_000);
  const by = await ending;
  const requests = await load.stop();

  const sentBefore = requests.filter(({ startedAt }) => startedAt <= signalledAt);
  const inFlight = sentBefore.filter(({ endedAt }) => endedAt >= signalledAt);
  expect(inFlight.length).toBeGreaterThan(0);
  expect(sentBefore.filter(({ result }) => result !== 200)).toEqual([]);
  expect(by).toBe(0);
  expect(isInTime).toBe(true);
  expect(child.groupIsAlive()).toBe(false);
  expect(child.output()).toContain('"event":"drain_finished"');
  expect(child.output()).toMatch(/"abandonedRequests":0\b/);
}
