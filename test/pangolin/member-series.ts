import type { SeriesView } from './page-api/view.ts';

const seconds = 60;

/** How many members were added and removed in each of the last 60 seconds. */
export interface MemberSeries {
  count(adds: number, removes: number): void;
  /** The oldest second first, the current one last. */
  lastMinute(): SeriesView;
}

/** A series without members. */
export function createMemberSeries(now: () => number = Date.now): MemberSeries {
  // A ring: a point whose second is not the one looked for belongs to an earlier minute.
  const ring = Array.from({ length: seconds }, () => ({ second: -1, adds: 0, removes: 0 }));
  const currentSecond = () => Math.floor(now() / 1000);
  return {
    count(adds, removes) {
      const second = currentSecond();
      const point = ring[second % seconds];
      if (point === undefined) return;
      if (point.second !== second) Object.assign(point, { second, adds: 0, removes: 0 });
      point.adds += adds;
      point.removes += removes;
    },
    lastMinute() {
      const first = currentSecond() - seconds + 1;
      const points = Array.from({ length: seconds }, (_, index) => {
        const point = ring[(first + index) % seconds];
        return point?.second === first + index ? point : undefined;
      });
      return {
        adds: points.map((point) => point?.adds ?? 0),
        removes: points.map((point) => point?.removes ?? 0),
      };
    },
  };
}
