import type { DmpSettings } from '../../../cli/dmp/dmp-client.ts';
import type { Platform } from '../platform.ts';
import type { AudienceView, View } from './view.ts';

const maxSegmentsListed = 100;
const maxAudiences = 100;

/** What the page is about: a platform, and the intake at which it plays the DMP. */
export interface PageHost {
  readonly platform: Platform;
  /** Undefined until somebody tells where intake is. */
  dmp: DmpSettings | undefined;
  /** Those that the page created, the newest first. */
  audiences: readonly AudienceView[];
  /** How many pages are watching. */
  watching: number;
}

/** A page that nobody watches and that knows of no intake. */
export function createPageHost(platform: Platform): PageHost {
  return { platform, dmp: undefined, audiences: [], watching: 0 };
}

/** Lists an audience on the page, so that members can be added to it. */
export function rememberAudience(host: PageHost, audience: AudienceView): void {
  const others = host.audiences.filter(({ id }) => id !== audience.id);
  host.audiences = [audience, ...others].slice(0, maxAudiences);
}

/** What the page shows now, of the segments those that match `search`. */
export function currentView(host: PageHost, search: string): View {
  const { segments, stats, faults, series, calls } = host.platform;
  return {
    segments: segments.newest(search, maxSegmentsListed),
    stats: { ...stats },
    faults: faults.settings,
    series: series.lastMinute(),
    dmp: { intakeUrl: host.dmp?.url ?? null, audiences: host.audiences },
    calls: calls.after(0),
  };
}
