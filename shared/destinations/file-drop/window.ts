import { z } from 'zod';
import type { DropStorage, Notice } from './drop-storage.ts';
import type { RollLimits } from './options.ts';
import { asideOf, partsAmong, sizeOf } from './parts.ts';
import type { Timing } from './timing.ts';

/** How long after the end of a window its opener counts as dead. */
const GRACE_MS = 30_000;
/** How often in a window its opener looks whether it is over. */
const LOOKS = 10;

const windowText = z.object({ until: z.number() });

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
 * Enters the window of a segment once a part is stored. Whoever finds none opens one, and brings about its
 * end; whoever finds one may go, since its opener looks for parts after taking the notice down. The
 * opener may die: then whoever finds the window long over ends it.
 */
export async function enterWindow(
  segment: string,
  { storage, timing, limits }: WindowSettings,
): Promise<HeldWindow | undefined> {
  const name = `${asideOf(segment)}window`;
  for (;;) {
    const seen = await storage.look(name);
    if (seen !== undefined) {
      const { until } = readWindow(seen);
      return timing.now() > until + GRACE_MS ? { notice: seen, until } : undefined;
    }
    const until = timing.now() + limits.rollMs;
    const notice = await storage.post(name, JSON.stringify({ until }));
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
    return { until: 0 };
  }
}
