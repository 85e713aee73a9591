import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { Member } from '../destination.ts';
import type { DropStorage, Notice } from './drop-storage.ts';
import type { RollLimits } from './options.ts';
import { asideOf, partsAmong, sizeOf } from './parts.ts';
import type { Timing } from './timing.ts';

/** How long after the end of a window its opener counts as dead. */
const GRACE_MS = 30_000;
/** How often in a window its opener looks whether it is over. */
const LOOKS = 10;

const windowText = z.object({ until: z.number(), opener: z.string() });

/** A window of a segment whose end is ours to bring about. */
export interface HeldWindow {
  readonly notice: Notice;
  readonly until: number;
}

export interface WindowSettings {
  readonly storage: DropStorage;
  readonly timing: Timing;
  readonly limits: RollLimits;
  /** Aborted: no window is held any longer. */
  readonly closing: AbortSignal;
}

/**
 * Enters the window of a segment once a part is stored. Whoever finds none opens one and holds it; whoever
 * finds one may go, since the holder looks for parts after taking the notice down. That holds although
 * the opener may die: its message is redelivered, is known by its first member, and holds the window
 * again; and whoever finds a window long over ends it.
 */
export async function enterWindow(
  member: Member,
  { storage, timing, limits }: WindowSettings,
): Promise<HeldWindow | undefined> {
  const name = `${asideOf(member.segment)}window`;
  const opener = digestOf(member);
  for (;;) {
    const seen = await storage.look(name);
    if (seen !== undefined) {
      const window = readWindow(seen);
      const lastsUntil = window.until + GRACE_MS;
      const ours = window.opener === opener || timing.now() > lastsUntil;
      return ours ? { notice: seen, until: lastsUntil } : undefined;
    }
    const until = timing.now() + limits.rollMs;
    const notice = await storage.post(name, JSON.stringify({ until, opener }));
    if (notice !== undefined) return { notice, until };
  }
}

/**
 * Waits for the end of a window: by time, by size, or because the process ends. True: it is over by our
 * hand, and the segment must be rolled. False: by another's, who sees to that.
 */
export async function holdWindow(
  { notice, until }: HeldWindow,
  { storage, timing, limits, closing }: WindowSettings,
): Promise<boolean> {
  const folder = notice.name.slice(0, notice.name.lastIndexOf('/') + 1);
  for (;;) {
    const leftMs = until - timing.now();
    if (leftMs <= 0 || closing.aborted) break;
    if (isFull(await storage.list(folder), limits)) break;
    await timing.sleep(Math.min(leftMs, limits.rollMs / LOOKS), closing);
    const seen = await storage.look(notice.name);
    if (seen?.version !== notice.version) return false;
  }
  return storage.takeDown(notice);
}

function isFull(names: readonly string[], { rollBytes, rollMembers }: RollLimits): boolean {
  const sizes = partsAmong(names).map(sizeOf);
  const bytes = sizes.reduce((sum, size) => sum + size.bytes, 0);
  const members = sizes.reduce((sum, size) => sum + size.members, 0);
  return bytes >= rollBytes || members >= rollMembers;
}

function readWindow({ text }: Notice): z.infer<typeof windowText> {
  try {
    return windowText.parse(JSON.parse(text));
  } catch {
    // Nobody of ours wrote it: it is long over.
    return { until: 0, opener: '' };
  }
}

/** Of a member as every delivery of its message brings it. */
function digestOf({ segment, user, operatedAt }: Member): string {
  return createHash('sha256')
    .update(JSON.stringify([segment, user, operatedAt]))
    .digest('hex');
}
