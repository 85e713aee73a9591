import type { Mutation, RejectedEntry } from '../../shared/audience/audience.ts';
import { groupMutations, groupRejected } from '../../shared/audience/grouping.ts';
import { rejectedEntriesMessage } from '../../shared/audience/outgoing-message.ts';
import { RequestError } from '../../shared/errors.ts';
import type { Answer } from '../../shared/http/answer.ts';
import type { Correlation } from '../../shared/logger.ts';
import type { IntakeDependencies } from './dependencies.ts';
import type { GroupCommit } from './group-commit.ts';
import { publishAll, type Answered, type Store } from './publish.ts';
import { storableShare } from './storable-share.ts';

export interface Entries {
  /** Size of the body they came in. */
  readonly bodyBytes: number;
  readonly mutations: readonly Mutation[];
  readonly rejected: readonly RejectedEntry[];
}

/**
 * ADD_TO_AUDIENCE and REMOVE_FROM_AUDIENCE: stores the valid entries, and those that are not for the
 * dead letters, before it answers.
 * @throws RequestError REQUEST_INVALID (400) when no entry is valid; they are stored all the same.
 *   BODY_TOO_LARGE (413) when the queue took some of it, and could not have taken all in time.
 * @throws PlatformError QUEUE_UNAVAILABLE
 */
export async function mutateAudience(
  { bodyBytes, mutations, rejected }: Entries,
  request: Correlation,
  { publisher, settings, groupCommit }: IntakeDependencies & { groupCommit: GroupCommit },
): Promise<Answer> {
  const groups = groupMutations(mutations, settings.sharding);
  let storedGroups = 0;
  const parts: Store[] = [
    ...groups.map((group) => async (answered: Answered) => {
      await groupCommit({ group, request, answered });
      storedGroups += 1;
    }),
    ...groupRejected(rejected).map(
      (message) => () => publisher.publish(rejectedEntriesMessage(message, request)),
    ),
  ];
  try {
    await publishAll(parts, settings.publishTimeoutMs);
  } catch (error) {
    const share = storableShare(groups, settings.publishTimeoutMs);
    // Sent again as it is, it would fail again. Without any answer, the queue is what fails.
    if (share < 1 && storedGroups > 0) throw tooLargeToStore(Math.floor(bodyBytes * share));
    throw error;
  }
  if (mutations.length === 0) {
    const why = rejected[0]?.reason ?? 'the array is empty';
    throw new RequestError('REQUEST_INVALID', 400, `Mutations: no entry is valid (first: ${why})`);
  }
  return { status: 200, body: { accepted: mutations.length, rejected: rejected.length } };
}

function tooLargeToStore(maxBytes: number): RequestError {
  const text = `The body has too many audiences or members to be stored in time: send at most ${maxBytes} bytes of them at once.`;
  return new RequestError('BODY_TOO_LARGE', 413, text);
}
