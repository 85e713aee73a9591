/** What happened on `/v1/segment` since the start or the last `DELETE /v1/segments`. */
export interface Stats {
  calls: number;
  /** Segments created. */
  creates: number;
  /** Members in adding calls answered 200, also those already there. */
  adds: number;
  /** Members in removing calls answered 200, also those already absent. */
  removes: number;
  /** Members refused because of the `refuseUsers` fault. */
  refused: number;
  /** Answers (and resets) made by injected faults. */
  faults: number;
}

/** Counters at zero. */
export function zeroStats(): Stats {
  return { calls: 0, creates: 0, adds: 0, removes: 0, refused: 0, faults: 0 };
}
