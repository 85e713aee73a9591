const firstSegmentId = 12345;

interface Segment {
  readonly title: string;
  readonly members: Set<string>;
}

/** All segments and who is in them, in memory. */
export class SegmentStore {
  readonly #segments = new Map<number, Segment>();
  readonly #idsByTitle = new Map<string, number>();
  #nextId = firstSegmentId;

  /** The segment of this title, made if there is none. */
  findOrCreate(title: string): { segmentId: number; created: boolean } {
    const existingId = this.#idsByTitle.get(title);
    if (existingId !== undefined) return { segmentId: existingId, created: false };
    const segmentId = this.#nextId++;
    this.#segments.set(segmentId, { title, members: new Set() });
    this.#idsByTitle.set(title, segmentId);
    return { segmentId, created: true };
  }

  /** The users in a segment, to read and to change; undefined when there is no such segment. */
  members(segmentId: number): Set<string> | undefined {
    return this.#segments.get(segmentId)?.members;
  }

  /** Every segment in the order of creation. */
  list(): { segment_id: number; title: string; members: number }[] {
    return Array.from(this.#segments, ([segment_id, { title, members }]) => ({
      segment_id,
      title,
      members: members.size,
    }));
  }

  /** Forgets everything but which ids were given out: an id never means two segments. */
  clear(): void {
    this.#segments.clear();
    this.#idsByTitle.clear();
  }
}
