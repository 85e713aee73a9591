import type { PangolinClient } from '../../cli/dmp/pangolin-client.ts';
import { originalOf } from '../../shared/dead-letters/original.ts';
import { createPubSubDeadLetterStore } from '../../shared/dead-letters/pubsub-dead-letter-store.ts';
import type { ChaosStack } from './chaos-stack.ts';
import { operationKey, type Arrived } from './verdict.ts';

/** The emulator is near: what it holds comes at once. */
const QUIET_MS = 1_000;

export interface GivenUp {
  readonly letters: number;
  /** False: there are more. */
  readonly complete: boolean;
  /** The operations in them, by {@link operationKey}. */
  readonly operations: ReadonlySet<string>;
}

/** The users of each segment, by its title, which is the audience. */
export async function readMembers(
  pangolin: PangolinClient,
): Promise<Pick<Arrived, 'members' | 'segments'>> {
  const segments = await pangolin.segments();
  const members = new Map<string, Set<string>>();
  for (const { segment_id, title } of segments) {
    members.set(title, new Set(await pangolin.users(segment_id)));
  }
  return { members, segments: segments.length };
}

/** Looks at the dead letters and leaves them where they are. */
export async function readGivenUp({
  projectId,
  deadLetterSubscription: subscription,
}: ChaosStack): Promise<GivenUp> {
  const store = createPubSubDeadLetterStore({ projectId, subscription, quietMs: QUIET_MS });
  try {
    const session = await store.open();
    const operations = new Set<string>();
    for (const { deadLetter } of session.letters) {
      const original = originalOf(deadLetter);
      if (original.kind !== 'mutations') continue;
      for (const { externalUserId = '', operation } of original.mutations) {
        operations.add(operationKey(original.audience, externalUserId, operation));
      }
    }
    const { letters, complete } = session;
    await session.close();
    return { letters: letters.length, complete, operations };
  } finally {
    await store.close();
  }
}
