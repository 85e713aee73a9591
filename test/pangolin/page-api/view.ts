/** What Pangolin tells its page. Types only: the scripts of the page and the server share them. */

/** One segment in the list. */
export interface SegmentView {
  readonly id: number;
  readonly title: string;
  readonly members: number;
}

/** The segments: how many there are, and the newest of those that were searched for. */
export interface SegmentsView {
  readonly total: number;
  /** Memberships in all segments. */
  readonly members: number;
  readonly matching: number;
  readonly newest: readonly SegmentView[];
}

/** One call to `/v1/segment`. */
export interface CallView {
  readonly id: number;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly what: string;
  /** The status, or that Pangolin cut the connection, or that the caller did not wait. */
  readonly result: number | 'cut' | 'hung up';
  readonly durationMs: number;
  /** Whether a fault is why it ended so. */
  readonly injected: boolean;
  readonly error?: string;
}

/** Members added and removed in each of the last 60 seconds, the current one last. */
export interface SeriesView {
  readonly adds: readonly number[];
  readonly removes: readonly number[];
}

/** As `GET /v1/stats`. */
export interface StatsView {
  readonly calls: number;
  readonly creates: number;
  readonly adds: number;
  readonly removes: number;
  readonly refused: number;
  readonly faults: number;
}

/** As `GET /v1/faults`. */
export interface FaultsView {
  readonly latencyMs: number;
  readonly error500: number;
  readonly error429: number;
  readonly retryAfterSeconds?: number;
  readonly reset: number;
  readonly refuseUsers: readonly string[];
  readonly refuseTitles: readonly string[];
}

/** An audience that was created by the page. */
export interface AudienceView {
  readonly id: string;
  readonly name: string;
}

/** Where the page plays the DMP. */
export interface DmpView {
  /** Null when nobody told this Pangolin where intake is. */
  readonly intakeUrl: string | null;
  readonly audiences: readonly AudienceView[];
}

/** All that the page shows. */
export interface View {
  readonly segments: SegmentsView;
  readonly stats: StatsView;
  readonly faults: FaultsView;
  readonly series: SeriesView;
  readonly dmp: DmpView;
  /** The newest first. */
  readonly calls: readonly CallView[];
}

/** The parts that changed; of the calls, only the new ones. */
export type ViewChange = Partial<View>;

/** The answer to a call that the page had made to intake. */
export interface PlayAnswer {
  readonly status: number;
  readonly body: unknown;
  readonly durationMs: number;
}

/** Who is in a segment, bounded. */
export interface MembersView {
  readonly total: number;
  readonly matching: number;
  readonly users: readonly string[];
}
