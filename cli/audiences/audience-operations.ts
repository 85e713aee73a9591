/** What an operator can do with the audiences of one destination, and how it is told over HTTP. */
import { z } from 'zod';
import {
  AUDIENCE_STATES,
  type AudiencePageRequest,
} from '../../shared/audience-map/audience-list.ts';

/** The most that a page of `list` may hold. */
export const MAX_PAGE = 1_000;

/** A record of the audience map, as it is told. */
export const audienceSummary = z.object({
  id: z.string(),
  name: z.string(),
  state: z.enum(AUDIENCE_STATES),
  customer: z.int().exactOptional(),
  segment: z.string().exactOptional(),
  /** When the segment takes members, where that was later than its creation. */
  readyAt: z.iso.datetime().exactOptional(),
  /** Why it failed, in words for the person who created it. */
  reason: z.string().exactOptional(),
});
export type AudienceSummary = z.infer<typeof audienceSummary>;

export const audienceReport = z.object({
  audiences: z.array(audienceSummary),
  /** What to give as `after` for the next page; missing on the last one. */
  next: z.string().exactOptional(),
});
export type AudienceReport = z.infer<typeof audienceReport>;

/** `published` is false where there was nothing to retry; `audience` is what it is afterwards. */
export const retryReport = z.object({ published: z.boolean(), audience: audienceSummary });
export type RetryReport = z.infer<typeof retryReport>;

/** Every method throws PlatformError when the audience map or the queue fails. */
export interface AudienceOperations {
  list(request: AudiencePageRequest): Promise<AudienceReport>;
  /** By the DMP's id of the audience or by the id of its segment. */
  show(id: string): Promise<AudienceSummary | undefined>;
  /** Tries the creation again and waits a while for its outcome; undefined: there is no such audience. */
  retry(id: string): Promise<RetryReport | undefined>;
}
