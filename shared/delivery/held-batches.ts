import type { Consumer, KeyBatch } from '../queue/consumer.ts';

/** A key batch of which this process has the lease. */
export interface HeldBatch {
  readonly batch: KeyBatch;
  readonly pulledAt: number;
  /** True while the lease outlasts a call. */
  mayCall(): boolean;
  isLost(): boolean;
}

export interface HeldBatchesSettings {
  readonly consumer: Pick<Consumer, 'extend' | 'leaseMs'>;
  /** Longest duration of a call. A call begins only while the lease outlasts it. */
  readonly callTimeoutMs: number;
  readonly extendEveryMs: number;
  /** A process whose timers stood still for so long was frozen: others hold what it held. */
  readonly frozenAfterMs: number;
  readonly onExtendFailed: (error: unknown) => void;
}

/** The leases of key batches: extended while they run, forgotten when they end. */
export interface HeldBatches {
  /** Holds a key batch that was pulled at `pulledAt`; an earlier one of its key is lost. */
  hold(batch: KeyBatch, pulledAt: number): HeldBatch;
  release(held: HeldBatch): void;
  /** Messages and bytes that are held. */
  size(): { messages: number; bytes: number };
  /** Forgets everything after a freeze. Called at every pull, and every second in between. */
  noticeFreeze(): void;
  /** The end of the last freeze, in milliseconds since the epoch: a pull that began before is void. */
  thawedAt(): number;
  /** Batches that are held, oldest first. */
  all(): HeldBatch[];
  stop(): void;
}

const TICK_MS = 1_000;

interface Lease extends HeldBatch {
  endsAt: number;
  isForgotten: boolean;
  readonly bytes: number;
}

export function createHeldBatches(settings: HeldBatchesSettings): HeldBatches {
  const { consumer, callTimeoutMs, extendEveryMs, frozenAfterMs } = settings;
  const { leaseMs } = consumer;
  const leases = new Map<string, Lease>();
  let messages = 0;
  let bytes = 0;
  let aliveAt = Date.now();
  let thawedAt = 0;
  let extendedAt = 0;
  let isStopped = false;
  let timer: NodeJS.Timeout | undefined;

  function remove(lease: Lease): void {
    if (leases.get(lease.batch.key) !== lease) return;
    leases.delete(lease.batch.key);
    messages -= lease.batch.messages.length;
    bytes -= lease.bytes;
    if (leases.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  }

  function forget(lease: Lease): void {
    lease.isForgotten = true;
    remove(lease);
  }

  function noticeFreeze(): void {
    const now = Date.now();
    if (now - aliveAt > frozenAfterMs && leases.size > 0) {
      thawedAt = now;
      for (const lease of [...leases.values()]) forget(lease);
    }
    aliveAt = now;
  }

  /** Extends only leases that still run: a late extension succeeds on the emulator, and means nothing. */
  async function extend(): Promise<void> {
    const startedAt = Date.now();
    extendedAt = startedAt;
    const running = [...leases.values()];
    try {
      await consumer.extend(running.flatMap(({ batch }) => batch.messages));
      const now = Date.now();
      for (const lease of running) if (lease.endsAt > now) lease.endsAt = startedAt + leaseMs;
    } catch (error) {
      // mayCall says no before they end.
      settings.onExtendFailed(error);
    }
  }

  function tick(): void {
    noticeFreeze();
    const now = Date.now();
    for (const lease of [...leases.values()]) if (lease.endsAt <= now) forget(lease);
    if (leases.size > 0 && now - extendedAt >= extendEveryMs) void extend();
  }

  return {
    hold: (batch, pulledAt) => {
      const earlier = leases.get(batch.key);
      if (earlier !== undefined) forget(earlier);
      const lease: Lease = {
        batch,
        pulledAt,
        bytes: batch.messages.reduce((sum, { data }) => sum + data.length, 0),
        endsAt: pulledAt + leaseMs,
        isForgotten: false,
        isLost: () => lease.isForgotten || lease.endsAt <= Date.now(),
        mayCall: () => {
          noticeFreeze();
          return !isStopped && !lease.isForgotten && lease.endsAt - Date.now() > callTimeoutMs;
        },
      };
      if (leases.size === 0) {
        aliveAt = Date.now();
        extendedAt = aliveAt;
        timer ??= setInterval(tick, Math.min(TICK_MS, extendEveryMs));
      }
      leases.set(batch.key, lease);
      messages += batch.messages.length;
      bytes += lease.bytes;
      return lease;
    },
    release: (held) => {
      remove(held as Lease);
    },
    size: () => ({ messages, bytes }),
    noticeFreeze,
    thawedAt: () => thawedAt,
    all: () => [...leases.values()],
    stop: () => {
      isStopped = true;
    },
  };
}
