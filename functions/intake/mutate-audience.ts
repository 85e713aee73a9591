import type { Mutation, RejectedEntry } from '../../shared/audience/audience.ts';
import { groupMutations, groupRejected } from '../../shared/audience/grouping.ts';
import { rejectedEntriesMessage } from '../../shared/audience/outgoing-message.ts';
import { RequestError } from '../../shared/errors.ts';
import type { Answer } from '../../shared/http/answer.ts';
import type { Correlation } from '../../shared/logger.ts';
import type { IntakeDependencies } from './dependencies.ts';
import type { GroupCommit } from './group-commit.ts';
import { publishAll, type Answered, type Store } from './publish.ts';

export interface Entries {
  readonly mutations: readonly Mutation[];
  readonly rejected: readonly RejectedEntry[];
}

/**
 * ADD_TO_AUDIENCE and REMOVE_FROM_AUDIENCE: stores the valid entries, and those that are not for the
 * dead letters, before it answers.
 * @throws RequestError REQUEST_INVALID (400) when no entry is valid; they are stored all the same.
 */
export async function mutateAudience(
  { mutations, rejected }: Entries,
  request: Correlation,
  { publisher, settings, groupCommit }: IntakeDependencies & { groupCommit: GroupCommit },
): Promise<Answer> {
  const parts: Store[] = [
    ...groupMutations(mutations, settings.sharding).map(
      (group) => (answered: Answered) => groupCommit({ group, request, answered }),
    ),
    ...groupRejected(rejected).map(
      (message) => () => publisher.publish(rejectedEntriesMessage(message, request)),
    ),
  ];
  await publishAll(parts, settings.publishTimeoutMs);
  if (mutations.length === 0) {
    const why = rejected[0]?.reason ?? 'the array is empty';
    throw new RequestError('REQUEST_INVALID', 400, `Mutations: no entry is valid (first: ${why})`);
  }
  return { status: 200, body: { accepted: mutations.length, rejected: rejected.length } };
}
