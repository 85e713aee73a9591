import { memberIdOf } from '../audience/shard.ts';
import type { DeadLetterSession, StoredDeadLetter } from './dead-letter-store.ts';
import { memberDigests, originalOf } from './original.ts';
import type { ReplayDependencies } from './replay-letters.ts';

/**
 * Forgets the users of purged letters – but those of whom another letter is left: its replay must know
 * what has overtaken it. Without sight of all letters, nothing is forgotten.
 * @throws PlatformError AUDIENCE_MAP_UNAVAILABLE
 */
export async function forgetPurged(
  { letters, complete }: DeadLetterSession,
  purgedIds: ReadonlySet<string>,
  { deadMembers, sharding, destination }: Omit<ReplayDependencies, 'publisher'>,
): Promise<void> {
  if (!complete) return;
  const ours = letters.filter(({ deadLetter }) => deadLetter.destination === destination);
  const purged = ours.filter(({ id }) => purgedIds.has(id));
  const left = ours.filter(({ id }) => !purgedIds.has(id));
  const digestsLeft = new Set(left.flatMap((letter) => digestsOf(letter)));
  const audiencesLeft = new Set(left.map(({ deadLetter }) => deadLetter.audience));

  /** Audiences of which no letter is left, with the newest operation purged. */
  const emptied = new Map<string, number>();
  for (const { deadLetter } of purged) {
    const { audience, publishedAt } = deadLetter;
    const at = Date.parse(publishedAt);
    if (audience !== undefined && !audiencesLeft.has(audience)) emptied.set(audience, at);
    const original = originalOf(deadLetter);
    if (original.kind !== 'mutations') continue;
    const digests = memberDigests(original, sharding.memberId);
    const users = original.mutations.flatMap((user, index) => {
      const digest = digests[index];
      const forgotten = digest !== undefined && !digestsLeft.has(digest);
      return forgotten ? (memberIdOf(user, sharding.memberId) ?? []) : [];
    });
    if (users.length > 0) await deadMembers.forget(original.audience, { users, at });
  }
  for (const [audience, at] of emptied) await deadMembers.forget(audience, { at });

  function digestsOf({ deadLetter }: StoredDeadLetter): string[] {
    const original = originalOf(deadLetter);
    if (original.kind !== 'mutations') return [];
    return memberDigests(original, sharding.memberId).filter((digest) => digest !== undefined);
  }
}
