import { createCallHistory, type CallHistory } from './call-history.ts';
import { noFaults } from './faults.ts';
import type { Faults } from './faults.ts';
import { createMemberSeries, type MemberSeries } from './member-series.ts';
import { SegmentStore } from './segment-store.ts';
import { zeroStats } from './stats.ts';
import type { Stats } from './stats.ts';

/** All that one Pangolin knows. */
export interface Platform {
  readonly segments: SegmentStore;
  readonly calls: CallHistory;
  readonly series: MemberSeries;
  /** From 0 up to 1, decides which calls meet a fault. */
  readonly random: () => number;
  stats: Stats;
  faults: Faults;
}

/** A platform without segments and without faults. */
export function createPlatform(random: () => number): Platform {
  return {
    segments: new SegmentStore(),
    calls: createCallHistory(),
    series: createMemberSeries(),
    random,
    stats: zeroStats(),
    faults: noFaults(),
  };
}

/**
 * Forgets segments, members and stats. Calls under way go on counting in the old stats; the last calls and
 * the last minute stay what they were.
 */
export function forgetSegments(platform: Platform): void {
  platform.segments.clear();
  platform.stats = zeroStats();
}
