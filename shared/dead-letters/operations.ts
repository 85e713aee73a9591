import type { DeadLetterSession, DeadLetterStore, StoredDeadLetter } from './dead-letter-store.ts';
import type { DeadLetterOperations } from './dead-letter-operations.ts';
import { matches, type DeadLetterFilter } from './filter.ts';
import { originalOf } from './original.ts';
import { purgeLetters } from './purge-letters.ts';
import { replayLetters, type ReplayDependencies } from './replay-letters.ts';
import type { LetterSummary } from './reports.ts';

export interface DeadLetterDependencies extends ReplayDependencies {
  readonly store: DeadLetterStore;
  readonly now?: () => number;
}

/** The operations on the dead letters of a store; each has a session of its own. */
export function createDeadLetterOperations(
  dependencies: DeadLetterDependencies,
): DeadLetterOperations {
  const { store, now = Date.now } = dependencies;

  async function inSession<Result>(
    filter: DeadLetterFilter,
    use: (
      session: DeadLetterSession,
      selected: readonly StoredDeadLetter[],
    ) => Result | Promise<Result>,
  ): Promise<Result> {
    const session = await store.open();
    try {
      const time = now();
      const selected = session.letters.filter((letter) => matches(letter, filter, time));
      return await use(session, selected);
    } finally {
      await session.close();
    }
  }

  return {
    list: (filter) =>
      inSession(filter, ({ complete, unreadable }, selected) => ({
        letters: selected.map(summaryOf),
        complete,
        unreadable,
      })),
    show: (id) =>
      inSession({ ids: [id] }, (_session, [found]) =>
        found === undefined ? undefined : { ...summaryOf(found), original: readable(found) },
      ),
    replay: ({ filter, ...options }, onProgress) =>
      inSession(filter, (session, selected) =>
        replayLetters({ session, selected, onProgress, ...options }, dependencies),
      ),
    purge: ({ filter, ...options }, onProgress) =>
      inSession(filter, (session, selected) =>
        purgeLetters({ session, selected, onProgress, ...options }, dependencies),
      ),
  };
}

function summaryOf({ id, deadLetter }: StoredDeadLetter): LetterSummary {
  const { reason, text, destination, audience, members, requestId } = deadLetter;
  const { messageId, publishedAt, deadAt } = deadLetter;
  const times = { publishedAt, deadAt };
  return { id, reason, text, destination, audience, members, requestId, messageId, ...times };
}

/** The message for a person to read; the text of what is none of ours. */
function readable({ deadLetter }: StoredDeadLetter): unknown {
  const original = originalOf(deadLetter);
  const isMessage = original.kind !== 'truncated' && original.kind !== 'undecodable';
  return isMessage ? original : Buffer.from(deadLetter.original, 'base64').toString('utf8');
}
