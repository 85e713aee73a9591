import type { BatchEntry } from './batch-entry.ts';

/** What one call may hold. */
export interface BatchLimits {
  readonly maxMembers: number;
  readonly maxSegments: number;
  readonly maxBytes: number;
  bytesOf(entry: BatchEntry): number;
}

/** Members waiting for a call they may share, each segment's in their order. */
export interface Lane {
  readonly waiting: number;
  add(entry: BatchEntry): void;
  /** Takes a batch within the limits, as evenly from the segments as it can. */
  take(limits: BatchLimits): BatchEntry[];
}

export function createLane(): Lane {
  /** The segment served longest ago comes first. */
  const segments = new Map<string, BatchEntry[]>();
  let waiting = 0;

  return {
    get waiting() {
      return waiting;
    },
    add: (entry) => {
      waiting += 1;
      const line = segments.get(entry.member.segment);
      if (line === undefined) segments.set(entry.member.segment, [entry]);
      else line.push(entry);
    },
    take: (limits) => {
      const served = [...segments].slice(0, limits.maxSegments);
      const taken = takeEvenly(
        served.map(([, line]) => line),
        limits,
      );
      waiting -= taken.length;
      for (const [segment, line] of served) {
        segments.delete(segment);
        if (line.length > 0) segments.set(segment, line);
      }
      return taken;
    },
  };
}

/** Rounds over the lines, each giving its share of the room that is left. */
function takeEvenly(lines: readonly BatchEntry[][], limits: BatchLimits): BatchEntry[] {
  const taken: BatchEntry[] = [];
  let bytes = 0;
  for (let open = [...lines]; open.length > 0; open = open.filter((line) => line.length > 0)) {
    const share = Math.max(1, Math.floor((limits.maxMembers - taken.length) / open.length));
    for (const line of open) {
      let count = 0;
      for (const entry of line.slice(0, share)) {
        const size = limits.bytesOf(entry);
        const full = taken.length + count >= limits.maxMembers || bytes + size > limits.maxBytes;
        // One that is too large for any call goes alone, and the third party says so.
        if (full && taken.length + count > 0) return taken.concat(line.splice(0, count));
        count += 1;
        bytes += size;
      }
      // Spread, a large batch would overflow the stack.
      for (const entry of line.splice(0, count)) taken.push(entry);
    }
  }
  return taken;
}
