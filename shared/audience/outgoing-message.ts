import type { Correlation } from '../logger.ts';
import type { OutgoingMessage } from '../queue/queue.ts';
import type { MutationGroup } from './grouping.ts';
import {
  encodeMessage,
  encodeMutations,
  MUTATIONS_VERSION,
  type CreateAudienceMessage,
  type RejectedEntriesMessage,
} from './message.ts';

/*
 * The attributes of a message say what forward must know of one that it gives up on without looking
 * into it.
 */

/** The message that stores an audience's creation, under a key of its own: no mutation holds it up. */
export function creationMessage(
  message: CreateAudienceMessage,
  correlation: Correlation,
  replay?: Pick<ReplayOrigin, 'destination'>,
): OutgoingMessage {
  const { id } = message.audience;
  return {
    data: encodeMessage(message),
    orderingKey: `create:${id}`,
    attributes: {
      kind: message.kind,
      audience: id,
      members: '0',
      ...replay,
      ...correlated([correlation]),
    },
  };
}

/** The message that brings invalid entries to the dead letters. Nothing need wait for it. */
export function rejectedEntriesMessage(
  message: RejectedEntriesMessage,
  correlation: Correlation,
): OutgoingMessage {
  const members = String(message.entries.length);
  return {
    data: encodeMessage(message),
    attributes: { kind: message.kind, members, ...correlated([correlation]) },
  };
}

/** Where mutations come from. */
export interface MutationSources {
  /** The requests they came with, at least one. */
  readonly requests: readonly Correlation[];
  readonly replay?: ReplayOrigin | undefined;
}

/** Of a replay. */
export interface ReplayOrigin {
  /** When the operations were first published, in milliseconds since the epoch. */
  readonly operatedAt: number;
  /** Who gave the message up: of all that share the topic, the only one it is for. */
  readonly destination: string;
}

/** One message of one or more groups, all of the same ordering key and operation. */
export function mutationsMessage(
  groups: readonly [MutationGroup, ...MutationGroup[]],
  { requests, replay }: MutationSources,
): OutgoingMessage {
  const [first, ...others] = groups;
  const { orderingKey, audience, operation } = first;
  const head = { audience, operation, requests: requests.map(({ requestId }) => requestId) };
  const members = groups.reduce((sum, group) => sum + group.members, 0);
  return {
    data: encodeMutations(head, [first.ids, ...others.map(({ ids }) => ids)]),
    orderingKey,
    attributes: {
      kind: 'mutations',
      // Tells a drain what it holds, without a look into it.
      version: String(MUTATIONS_VERSION),
      audience,
      members: String(members),
      ...(replay && { ...replay, operatedAt: String(replay.operatedAt) }),
      ...correlated(requests),
    },
  };
}

/** A message of several requests is traced as the first of them. */
function correlated([first]: readonly Correlation[]): Record<string, string> {
  if (first === undefined) return {};
  const { requestId, trace } = first;
  return { requestId, ...(trace === undefined ? {} : { trace }) };
}
