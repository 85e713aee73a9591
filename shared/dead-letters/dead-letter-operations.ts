/** What an operator can do with dead letters: the interface, here and at the other end of HTTP. */
import { z } from 'zod';
import { deadLetterFilter, type DeadLetterFilter } from './filter.ts';
import type { ListReport, PurgeReport, ReplayReport, ShownDeadLetter } from './reports.ts';

export const purgeRequest = z.strictObject({
  filter: deadLetterFilter,
  /** Only tell what would be done. */
  dryRun: z.boolean(),
});
export const replayRequest = purgeRequest.extend({
  /** Replay also what newer operations may have overtaken. */
  includeUncertain: z.boolean(),
});

export type PurgeRequest = Readonly<z.infer<typeof purgeRequest>>;
export type ReplayRequest = Readonly<z.infer<typeof replayRequest>>;

/** Letters done and letters there are to do. */
export const progress = z.object({ done: z.number(), total: z.number() });
export type Progress = Readonly<z.infer<typeof progress>>;
/** Called about a hundred times, however many letters there are; the last time when all are done. */
export type OnProgress = (progress: Progress) => void;

/** Every method throws PlatformError QUEUE_UNAVAILABLE when the dead letters cannot be had. */
export interface DeadLetterOperations {
  list(filter: DeadLetterFilter): Promise<ListReport>;
  /** One letter with the message in it; undefined when there is none of this id. */
  show(id: string): Promise<ShownDeadLetter | undefined>;
  /**
   * Publishes dead letters to the queue again, the oldest first; each is removed once all of it is
   * stored there. Ends at the first failure, which the report tells.
   */
  replay(request: ReplayRequest, onProgress?: OnProgress): Promise<ReplayReport>;
  /** Removes dead letters for good. Ends at the first failure, which the report tells. */
  purge(request: PurgeRequest, onProgress?: OnProgress): Promise<PurgeReport>;
}
