import { forgetPurged } from './forget-purged.ts';
import { failureOf, progressTeller } from './outcome-of-operation.ts';
import type { Replay, ReplayDependencies } from './replay-letters.ts';
import type { PurgeReport, PurgeRow } from './reports.ts';
import { createTally } from './tally.ts';

/** Letters are removed this many at a time. */
const LETTERS_PER_REMOVAL = 100;

type Heading = Pick<PurgeRow, 'audience' | 'reason'>;
type Counts = Pick<PurgeRow, 'letters' | 'members'>;

/** Removes letters of a session for good, and what was recorded for their replay. */
export async function purgeLetters(
  { session, selected, dryRun, onProgress }: Omit<Replay, 'includeUncertain'>,
  dependencies: Omit<ReplayDependencies, 'publisher'>,
): Promise<PurgeReport> {
  const purged = createTally<Heading, Counts>();
  const tell = progressTeller(selected.length, onProgress);
  const ids = new Set(selected.map(({ id }) => id));

  const failure = await failureOf(async () => {
    for (let start = 0; start < selected.length; start += LETTERS_PER_REMOVAL) {
      const batch = selected.slice(start, start + LETTERS_PER_REMOVAL);
      if (!dryRun) await session.remove(batch.map(({ id }) => id));
      for (const { deadLetter } of batch) {
        const { audience, reason, members } = deadLetter;
        purged.add({ audience, reason }, { letters: 1, members });
      }
      tell(batch.length);
    }
    if (!dryRun) await forgetPurged(session, ids, dependencies);
  });
  const { complete, unreadable } = session;
  return { dryRun, purged: purged.rows(), failure, complete, unreadable };
}
