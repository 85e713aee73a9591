import type { PangolinStats } from '../../cli/dmp/pangolin-client.ts';
import { sleep } from '../../shared/sleep.ts';
import type { ChaosStack } from './chaos-stack.ts';

export interface Watch {
  readonly stack: ChaosStack;
  readonly mutations: number;
  readonly kills: number;
  /** How long it may take once everything is sent. */
  readonly arrivalTimeoutMs: number;
  readonly signal: AbortSignal;
  allSent(): boolean;
  isExact(): Promise<boolean>;
  onTick(stats: PangolinStats, kills: number): void;
}

export interface Watched {
  readonly stats: PangolinStats;
  readonly kills: number;
}

const POLL_MS = 200;
/** Longer than the emulator waits before a redelivery: nothing is on its way any more. */
const QUIET_MS = 6_000;
/** Longer than the circuit stays open. */
const STALLED_MS = 65_000;

/**
 * Kills forward, spread over the run by what has arrived, and resolves when the membership is exact and
 * nothing moves any more, or when that is not to be hoped for.
 */
export async function watch(options: Watch): Promise<Watched> {
  const { stack, mutations, signal, arrivalTimeoutMs } = options;
  let kills = 0;
  let calls = 0;
  let movedAt = Date.now();
  let sentAt: number | undefined;

  for (;;) {
    signal.throwIfAborted();
    const stats = await stack.pangolin.stats();
    const now = Date.now();
    options.onTick(stats, kills);
    const killAt = (mutations * (kills + 1)) / (options.kills + 1);
    if (kills < options.kills && stats.adds + stats.removes >= killAt) {
      kills += 1;
      await stack.killForward();
      continue;
    }
    if (stats.calls !== calls) movedAt = now;
    calls = stats.calls;
    if (options.allSent()) {
      sentAt ??= now;
      const quietMs = now - Math.max(movedAt, sentAt);
      const hopeless = quietMs > STALLED_MS || now - sentAt > arrivalTimeoutMs;
      if (hopeless || (quietMs > QUIET_MS && (await options.isExact()))) return { stats, kills };
    }
    await sleep(POLL_MS, signal);
  }
}
