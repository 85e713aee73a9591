/**
 * Messages of the queue: the `data` of a Pub/Sub message, JSON. Mutations are written as version 2
 * and read as version 1 or 2; everything else is version 1. Versions end at the decoder: the rest of
 * the code knows one form of each message (decision 27).
 */
import { z } from 'zod';
import { MessageError } from '../errors.ts';
import type { Operation, User } from './audience.ts';
import { joinIds, splitIds, type MemberIds } from './member-ids.ts';

/** Version in which mutations are written. */
export const MUTATIONS_VERSION = 2;

/** One add or remove of one user. */
export interface MessageMutation extends MemberIds {
  readonly operation: Operation;
}

export interface MutationsMessage {
  readonly kind: 'mutations';
  readonly audience: string;
  /** Ids of the requests they came with. */
  readonly requests: readonly string[];
  /** In the order in which they were requested. One operation, but in messages of version 1. */
  readonly mutations: readonly MessageMutation[];
}

const operation = z.enum(['add', 'remove']);
const user = z.object({
  uuid: z.string().exactOptional(),
  externalUserId: z.string().exactOptional(),
});

const mutationsHead = z.object({ kind: z.literal('mutations'), audience: z.string() });
const mutationsOfVersion1 = mutationsHead.extend({
  version: z.literal(1),
  requests: z.array(z.string()).default([]),
  mutations: z.array(user.extend({ operation })),
});
const mutationsOfVersion2 = mutationsHead.extend({
  version: z.literal(MUTATIONS_VERSION),
  operation,
  requests: z.array(z.string()),
  /** See member-ids.ts. */
  ids: z.string(),
});
const createAudience = z.object({
  kind: z.literal('create-audience'),
  /** Tells intake, which waits for the outcome, that the outcome is that of its own request. */
  requestId: z.string(),
  audience: z.object({ id: z.string(), name: z.string(), customer: z.int().optional() }),
});
const rejectedEntries = z.object({
  kind: z.literal('rejected-entries'),
  /** Intake may publish to one topic only, so what it sets aside reaches the dead letters by forward. */
  entries: z.array(
    z.object({
      reason: z.string(),
      operation,
      /** The entry's JSON, cut off where it is too long to keep. */
      entry: z.string(),
    }),
  ),
});

const message = z.discriminatedUnion('kind', [
  z.discriminatedUnion('version', [mutationsOfVersion1, mutationsOfVersion2]),
  createAudience.extend({ version: z.literal(1) }),
  rejectedEntries.extend({ version: z.literal(1) }),
]);

export type CreateAudienceMessage = Readonly<z.infer<typeof createAudience>>;
export type RejectedEntriesMessage = Readonly<z.infer<typeof rejectedEntries>>;
export type Message = MutationsMessage | CreateAudienceMessage | RejectedEntriesMessage;

/** The bytes of a creation or of rejected entries as they are published. */
export function encodeMessage(value: CreateAudienceMessage | RejectedEntriesMessage): Buffer {
  return Buffer.from(JSON.stringify({ version: 1, ...value }), 'utf8');
}

export interface MutationsHead {
  readonly audience: string;
  readonly operation: Operation;
  readonly requests: readonly string[];
}

/**
 * The bytes of mutations as they are published.
 * @param ids what {@link encodeIds} made of their members, list by list
 */
export function encodeMutations(head: MutationsHead, ids: readonly [string, ...string[]]): Buffer {
  const { audience, operation, requests } = head;
  const fields = { version: MUTATIONS_VERSION, kind: 'mutations', audience, operation, requests };
  const json = `${JSON.stringify(fields).slice(0, -1)},"ids":"${ids.join(',')}"}`;
  return Buffer.from(json, 'utf8');
}

/** The ids of members as {@link encodeMutations} takes them: JSON without its quotes. */
export function encodeIds(members: readonly User[]): string {
  return JSON.stringify(joinIds(members)).slice(1, -1);
}

/**
 * The message in a delivery's bytes.
 * @throws MessageError when it is not JSON, of an unknown version or of an unknown shape.
 */
export function decodeMessage(data: Uint8Array): Message {
  let value: unknown;
  try {
    value = JSON.parse(textOf(data));
  } catch {
    // JSON.parse quotes the text it fails on, so its error is not passed on.
    throw new MessageError('The message is not JSON.');
  }
  const result = message.safeParse(value);
  if (result.success) return withoutVersion(result.data);
  const path = result.error.issues[0]?.path ?? [];
  throw unknownShape(path.length === 0 ? 'the top' : path.join('.'));
}

function textOf({ buffer, byteOffset, byteLength }: Uint8Array): string {
  return Buffer.from(buffer, byteOffset, byteLength).toString('utf8');
}

function withoutVersion(decoded: z.infer<typeof message>): Message {
  switch (decoded.kind) {
    case 'create-audience': {
      const { kind, requestId, audience } = decoded;
      return { kind, requestId, audience };
    }
    case 'rejected-entries': {
      const { kind, entries } = decoded;
      return { kind, entries };
    }
    case 'mutations': {
      const { kind, audience, requests } = decoded;
      const mutations = decoded.version === 1 ? decoded.mutations : mutationsIn(decoded);
      return { kind, audience, requests, mutations };
    }
  }
}

function mutationsIn({
  operation,
  ids,
}: z.infer<typeof mutationsOfVersion2>): readonly MessageMutation[] {
  const members = splitIds(ids);
  if (members === undefined) throw unknownShape('ids');
  return members.map((member) => ({ operation, ...member }));
}

function unknownShape(place: string): MessageError {
  return new MessageError(`The message is not one of version 1 or 2 (at ${place}).`);
}
