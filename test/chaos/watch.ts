import type { PangolinStats } from '../../cli/dmp/pangolin-client.ts';
import { sleep } from '../../shared/sleep.ts';
import { LEASE_MS, type ChaosStack, type Disturbance } from './chaos-stack.ts';

export interface Watch {
  readonly stack: ChaosStack;
  readonly mutations: number;
  /** In their order; they are spread over the time of sending. */
  readonly disturbances: readonly Disturbance[];
  /** How long it may take once everything is sent. */
  readonly arrivalTimeoutMs: number;
  readonly signal: AbortSignal;
  /** Mutations sent so far. */
  sent(): number;
  isExact(): Promise<boolean>;
  onTick(stats: PangolinStats, disturbed: number): void;
}

export interface Watched {
  readonly stats: PangolinStats;
  /** Disturbances that took place. */
  readonly disturbed: number;
}

const POLL_MS = 200;
/** Longer than a lease: no message comes again any more. */
const QUIET_MS = LEASE_MS + 3_000;
/** Longer than a put-back (30 s) and the time to the next sweep (60 s) together. */
const STALLED_MS = 100_000;

/**
 * Disturbs forward, spread over the time of sending, and resolves when the membership is exact and nothing
 * moves any more, or when that is not to be hoped for.
 */
export async function watch(options: Watch): Promise<Watched> {
  const { stack, mutations, disturbances, signal, arrivalTimeoutMs } = options;
  let disturbed = 0;
  let calls = 0;
  let movedAt = Date.now();
  let sentAt: number | undefined;

  for (;;) {
    signal.throwIfAborted();
    const stats = await stack.pangolin.stats();
    const now = Date.now();
    options.onTick(stats, disturbed);
    const next = disturbances[disturbed];
    if (
      next !== undefined &&
      options.sent() >= mutations * ((disturbed + 1) / (disturbances.length + 1))
    ) {
      disturbed += 1;
      await stack.disturb(next);
      continue;
    }
    if (stats.calls !== calls) movedAt = now;
    calls = stats.calls;
    if (options.sent() === mutations) {
      sentAt ??= now;
      const quietMs = now - Math.max(movedAt, sentAt);
      const hopeless = quietMs > STALLED_MS || now - sentAt > arrivalTimeoutMs;
      if (hopeless || (quietMs > QUIET_MS && (await options.isExact())))
        return { stats, disturbed };
    }
    await sleep(POLL_MS, signal);
  }
}
