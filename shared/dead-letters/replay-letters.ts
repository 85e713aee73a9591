import type { Sharding } from '../audience/shard.ts';
import type { Publisher } from '../queue/queue.ts';
import type { OnProgress } from './dead-letter-operations.ts';
import type { DeadLetterSession, StoredDeadLetter } from './dead-letter-store.ts';
import type { DeadMembers, DeadMembersOfAudience } from './dead-members.ts';
import { newestOperations } from './newest-operations.ts';
import { originalOf, type Original } from './original.ts';
import { failureOf, progressTeller } from './outcome-of-operation.ts';
import { planReplay, type LetterPlan } from './replay-plan.ts';
import type { KeptRow, ReplayReport, ReplayRow } from './reports.ts';
import { createTally } from './tally.ts';

export interface ReplayDependencies {
  /** Of the queue that forward is fed from. */
  readonly publisher: Publisher;
  readonly deadMembers: DeadMembers;
  readonly sharding: Sharding;
  /** Id of the destination whose dead members these are; letters of others are not replayed. */
  readonly destination: string;
}

export interface Replay {
  readonly session: DeadLetterSession;
  readonly selected: readonly StoredDeadLetter[];
  readonly dryRun: boolean;
  readonly includeUncertain: boolean;
  readonly onProgress: OnProgress | undefined;
}

/**
 * Publishes letters of a session again, one after the other. A letter is removed only when all of it is
 * stored in the queue: after a failure it may be replayed twice, which changes nothing.
 */
export async function replayLetters(
  { session, selected, dryRun, includeUncertain, onProgress }: Replay,
  { publisher, deadMembers, sharding, destination }: ReplayDependencies,
): Promise<ReplayReport> {
  const ofDestination = session.letters.filter(
    ({ deadLetter }) => deadLetter.destination === destination,
  );
  const newest = newestOperations(ofDestination, sharding.memberId);
  const findDead = findOnce(deadMembers);
  const tell = progressTeller(selected.length, onProgress);
  const { count, rows } = createReplayTally();

  const failure = await failureOf(async () => {
    for (const stored of selected) {
      const original = originalOf(stored.deadLetter);
      const dead = await findDead(original);
      const context = { destination, sharding, newest, dead, includeUncertain };
      const plan = planReplay(stored, original, context);
      if (plan.kind === 'publish' && !dryRun) {
        for (const message of plan.messages) await publisher.publish(message);
        await session.remove([stored.id]);
      }
      count(stored, plan);
      tell(1);
    }
  });
  const { complete, unreadable } = session;
  return { dryRun, ...rows(), failure, complete, unreadable };
}

/** Reads what is known of an audience once: forward checks every operation again when it delivers it. */
function findOnce(deadMembers: DeadMembers) {
  const found = new Map<string, DeadMembersOfAudience>();
  return async (original: Original): Promise<DeadMembersOfAudience> => {
    if (original.kind !== 'mutations') return { members: new Map() };
    const { audience } = original;
    const dead = found.get(audience) ?? (await deadMembers.find(audience, 'fresh'));
    found.set(audience, dead);
    return dead;
  };
}

function createReplayTally() {
  type Heading = Pick<ReplayRow, 'audience' | 'reason'>;
  const replayed = createTally<Heading, Omit<ReplayRow, keyof Heading>>();
  const kept = createTally<
    Heading & Pick<KeptRow, 'because'>,
    Pick<KeptRow, 'letters' | 'members'>
  >();
  return {
    count: ({ deadLetter }: StoredDeadLetter, plan: LetterPlan): void => {
      const { audience, reason, members } = deadLetter;
      if (plan.kind === 'keep') {
        kept.add({ audience, reason, because: plan.because }, { letters: 1, members });
      } else {
        const { overtaken, overtakenByLaterLetter } = plan;
        const counts = { letters: 1, replayed: plan.replayed, overtaken, overtakenByLaterLetter };
        replayed.add({ audience, reason }, counts);
      }
    },
    rows: () => ({ replayed: replayed.rows(), kept: kept.rows() }),
  };
}
