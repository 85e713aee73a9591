import { createKeySpacing } from '../../functions/intake/key-spacing.ts';
import type { Spacing } from '../../shared/queue/queue.ts';
import { seededRandom } from './seeded-random.ts';

/** What arrives for one ordering key at one instance of intake. */
export interface KeyArrivals {
  /** Groups of mutations a second; each is what one request has for the key. */
  readonly partsPerSecond: number;
  readonly publishRoundTripMs: number;
  /** Groups of one message, at most: it may take 1 MB. */
  readonly maxParts: number;
  /** Distance between publishes of a busy key; undefined: none, the next goes as soon as all have gathered. */
  readonly spacing?: Spacing | undefined;
}

export interface KeyPublishing {
  readonly messagesPerSecond: number;
  readonly partsPerMessage: number;
  /** From a group's arrival to the acknowledgement of its message. */
  readonly meanWaitMs: number;
}

/** As functions/intake/group-commit.ts has them; test/unit/bench/cost/ordering-key.test.ts compares. */
const GATHER_MS = 20;
const LOOK_MS = 5;

/** Enough of both, that the first message, which is always of one group, does not count. */
const SIMULATED_PARTS = 2_000;
const SIMULATED_MESSAGES = 100;
/** Below it, hardly one group in a thousand meets another. */
const ALONE = 0.001;

/**
 * The group commit of one key, event by event: groups arrive at random, one message is under way at a time, and
 * what comes meanwhile goes as the next: when all who were just answered had a moment to come again, or when a
 * busy key may be published again. A formula would miss that moment.
 */
export function publishKey(arrivals: KeyArrivals): KeyPublishing {
  const { partsPerSecond, publishRoundTripMs, maxParts, spacing } = arrivals;
  const togetherMs = Math.max(publishRoundTripMs, spacing?.minMs ?? 0);
  if ((partsPerSecond * togetherMs) / 1_000 < ALONE) return publishedAlone(arrivals);
  const random = seededRandom(1);
  const perMs = partsPerSecond / 1_000;
  const waiting: number[] = [];
  let nextArrival = 0;
  let now = 0;
  let arrived = 0;
  let messages = 0;
  let published = 0;
  let waitedMs = 0;
  const keySpacing = spacing && createKeySpacing(spacing, () => now);

  function advanceTo(time: number): void {
    now = time;
    while (nextArrival <= now) {
      waiting.push(nextArrival);
      arrived += 1;
      nextArrival -= Math.log(1 - random()) / perMs;
    }
  }

  function gather(answered: number): void {
    let before = -1;
    for (let waited = 0; waited < GATHER_MS; waited += LOOK_MS) {
      if (waiting.length >= answered || waiting.length === before) return;
      before = waiting.length;
      advanceTo(now + LOOK_MS);
    }
  }

  const lasts = () => arrived < SIMULATED_PARTS || messages < SIMULATED_MESSAGES;
  while (lasts()) {
    advanceTo(nextArrival);
    // A key that gets more than it can publish never comes to an end.
    for (let answered = 0; lasts() || answered === 0;) {
      const spacedMs = keySpacing?.waitMs() ?? 0;
      if (spacedMs > 0) advanceTo(now + spacedMs);
      else if (answered > 1) gather(answered);
      const taken = waiting.splice(0, maxParts);
      if (taken.length === 0) break;
      keySpacing?.begin(taken.length);
      messages += 1;
      published += taken.length;
      advanceTo(now + publishRoundTripMs);
      for (const at of taken) waitedMs += now - at;
      answered = taken.length;
    }
  }
  const partsPerMessage = published / messages;
  return {
    // Of what arrived by chance within the simulated time, only how it was gathered is of interest.
    messagesPerSecond: Math.min(partsPerSecond / partsPerMessage, 1_000 / publishRoundTripMs),
    partsPerMessage,
    meanWaitMs: waitedMs / published,
  };
}

/** What comes of it when every group is a message of its own, as if nothing gathered. */
export function publishedAlone({ partsPerSecond, publishRoundTripMs }: KeyArrivals): KeyPublishing {
  return {
    messagesPerSecond: partsPerSecond,
    partsPerMessage: 1,
    meanWaitMs: publishRoundTripMs,
  };
}
