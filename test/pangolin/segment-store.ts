import type { SegmentsView, SegmentView } from './page-api/view.ts';

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

  /**
   * The newest segments whose title or id contains `search`, in any case, up to `limit`, with the counts of
   * all. Looks at every segment, but makes nothing of those it does not answer.
   */
  newest(search: string, limit: number): SegmentsView {
    const wanted = search.toLowerCase();
    const matches = (id: number, title: string) =>
      title.toLowerCase().includes(wanted) || String(id).includes(wanted);
    const found: number[] = [];
    let members = 0;
    for (const [id, segment] of this.#segments) {
      members += segment.members.size;
      if (wanted === '' || matches(id, segment.title)) found.push(id);
    }
    const newest = found.slice(-limit).reverse();
    return {
      total: this.#segments.size,
      members,
      matching: found.length,
      newest: newest.map((id) => this.#view(id)),
    };
  }

  #view(id: number): SegmentView {
    const segment = this.#segments.get(id);
    return { id, title: segment?.title ?? '', members: segment?.members.size ?? 0 };
  }

  /** Forgets everything but which ids were given out: an id never means two segments. */
  clear(): void {
    this.#segments.clear();
    this.#idsByTitle.clear();
  }
}
