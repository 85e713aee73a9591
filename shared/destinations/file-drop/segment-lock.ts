import { storageUnavailable, type DropStorage, type Notice } from './drop-storage.ts';
import { asideOf } from './parts.ts';
import type { Timing } from './timing.ts';

/** Longer than any roll takes; then its holder counts as dead. */
const LEASE_MS = 60_000;
const LOOK_EVERY_MS = 500;
const LONGEST_WAIT_MS = 3 * LEASE_MS;

export interface LockSettings {
  readonly storage: DropStorage;
  readonly timing: Timing;
}

/** Runs an action while no other instance runs one for the segment. */
export async function withSegmentLock<Value>(
  segment: string,
  settings: LockSettings,
  action: (lock: Notice) => Promise<Value>,
): Promise<Value> {
  const lock = await takeLock(segment, settings);
  try {
    return await action(lock);
  } finally {
    // If that fails, the next roll waits for the end of the lease.
    await settings.storage.takeDown(lock).catch(() => false);
  }
}

async function takeLock(segment: string, { storage, timing }: LockSettings): Promise<Notice> {
  const name = `${asideOf(segment)}lock`;
  const waitUntil = timing.now() + LONGEST_WAIT_MS;
  while (timing.now() < waitUntil) {
    const lock = await storage.post(name, String(timing.now() + LEASE_MS));
    if (lock !== undefined) return lock;
    const held = await storage.look(name);
    if (held === undefined) continue;
    if (timing.now() > Number(held.text)) await storage.takeDown(held);
    else await timing.sleep(LOOK_EVERY_MS);
  }
  throw storageUnavailable('other rolls of the segment take too long');
}
