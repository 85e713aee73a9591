import { Firestore, Timestamp, type DocumentSnapshot } from '@google-cloud/firestore';
import { z } from 'zod';
import { boundTo } from '../audience-map/bound-audience-map.ts';
import { documentId } from '../audience-map/document-id.ts';
import { sleep } from '../sleep.ts';
import { within } from '../within.ts';
import {
  digested,
  isEmpty,
  isSame,
  KEPT_MS,
  withDead,
  withDelivered,
  withoutForgotten,
  type Change,
} from './dead-members-changes.ts';
import type { DeadMembers, DeadMembersOfAudience, OperationOf } from './dead-members.ts';
import { createRecordCache } from './record-cache.ts';

const FRESH_MS = 1_000;
const KEEP_MS = 10 * 60 * 1_000;
/** Timers count from the start of the event loop's turn, so they end a little early. */
const TIMER_SLACK_MS = 20;
/** How long `close` waits for calls under way, those given up on included. */
const CLOSING_MS = 1_000;
const ONE_DAY_MS = 24 * 60 * 60 * 1_000;

const deadMember = z.object({ diedAt: z.number(), deliveredAt: z.number().optional() });
/** A document of the record, as it stands in Firestore: members by digest. */
const stored = z.object({
  members: z.record(z.string(), deadMember),
  others: deadMember.optional(),
});

const storedMark = z.object({ mark: z.string() });

export interface FirestoreDeadMembersOptions {
  /** Default: the project of the credentials in force, or of the emulator. */
  readonly projectId?: string | undefined;
  readonly databaseId: string;
  /** Top-level collection of this relay. */
  readonly collection: string;
  /** Each destination has its own records below it. */
  readonly destination: string;
  /** Of a read or a write; the wait of `recordDead` comes on top. */
  readonly timeoutMs?: number;
  /** Time for which `find` answers from memory without a look at the mark; the same for every instance. Default 1,000. */
  readonly freshMs?: number;
  /** Time for which it does so while no other instance records a death. Default ten minutes. */
  readonly keepMs?: number;
  /** The clock that entries grow old by. */
  readonly now?: () => Date;
}

/**
 * Dead members in Firestore: `{collection}/{destination}/dead-members/{audience}` holds the record of
 * an audience, which is read and written as a whole, in a transaction; `…/dead-members/mark` changes with
 * every death.
 */
export function createFirestoreDeadMembers(options: FirestoreDeadMembersOptions): DeadMembers {
  const { projectId, databaseId, timeoutMs = 10_000 } = options;
  const { freshMs = FRESH_MS, keepMs = KEEP_MS, now = () => new Date() } = options;
  const firestore = new Firestore({
    ...(projectId === undefined ? {} : { projectId }),
    databaseId,
    ignoreUndefinedProperties: true,
  });
  const root = firestore.collection(options.collection).doc(documentId(options.destination));
  const collection = root.collection('dead-members');
  const records = (audience: string) => collection.doc(documentId(audience));
  // No id of an audience becomes this one.
  const markOf = collection.doc('mark');
  const bound = boundTo(timeoutMs, ADVICE);
  const underWay = new Set<Promise<unknown>>();
  let isClosed = false;
  const track = <Value>(call: Promise<Value>): Promise<Value> => {
    const end = () => underWay.delete(call);
    underWay.add(call);
    call.then(end, end);
    return call;
  };
  /** Each call to Firestore has its own time; none begins once the client is terminated. */
  const called = <Value>(call: () => Promise<Value>): Promise<Value> =>
    bound(isClosed ? Promise.reject(new Error('closed')) : track(call()));
  const cache = createRecordCache({
    freshMs,
    keepMs,
    store: {
      readRecord: (audience) => called(async () => parse(await records(audience).get())),
      readMark: () => called(async () => parseMark(await markOf.get())),
      replaceMark: (mark) =>
        called(() =>
          firestore.runTransaction(async (transaction) => {
            const replaced = parseMark(await transaction.get(markOf));
            transaction.set(markOf, { mark });
            return replaced;
          }),
        ),
    },
  });

  const write = async (
    audience: string,
    change: (record: DeadMembersOfAudience) => DeadMembersOfAudience,
  ) => {
    try {
      await firestore.runTransaction(async (transaction) => {
        const reference = records(audience);
        const known = parse(await transaction.get(reference));
        const changed = change(known);
        if (isSame(known, changed)) return;
        if (isEmpty(changed)) transaction.delete(reference);
        else transaction.set(reference, { ...toStored(changed), expiresAt: expiry(now()) });
      });
    } finally {
      // A read begun before the write may still be under way: it is dropped from the cache as well.
      cache.forget(audience);
    }
  };
  const changing = (change: Change) => (audience: string, operation: OperationOf) =>
    called(() => write(audience, (record) => change(record, digested(audience, operation, now()))));
  const writeDead = changing(withDead);

  return {
    find: (audience, fresh) => track(fresh ? cache.read(audience) : cache.find(audience)),
    recordDead: async (audience, operation) => {
      await writeDead(audience, operation);
      // Also when there was nothing to write: an earlier try may have ended between the two.
      await cache.announceDeath();
      // Newer operations of the user cannot be delivered before: the caller's delivery, not acknowledged
      // yet, holds their ordering key.
      await sleep(freshMs + TIMER_SLACK_MS);
    },
    recordDelivered: changing(withDelivered),
    forget: changing(withoutForgotten),
    close: async () => {
      // Terminated with a call under way, the client rejects a promise that nobody can catch.
      await within(Promise.allSettled(underWay), CLOSING_MS);
      isClosed = true;
      await firestore.terminate();
    },
  };
}

/**
 * When Firestore may delete the record, by the TTL policy that terraform/audience-map.tf sets: once no dead
 * letter of it is kept, a day later to be sure.
 */
function expiry(writtenAt: Date): Timestamp {
  return Timestamp.fromMillis(writtenAt.getTime() + KEPT_MS + ONE_DAY_MS);
}

function parse(snapshot: DocumentSnapshot): DeadMembersOfAudience {
  if (!snapshot.exists) return { members: new Map() };
  const { members, ...others } = stored.parse(snapshot.data());
  return { members: new Map(Object.entries(members)), ...others };
}

function parseMark(snapshot: DocumentSnapshot): string | undefined {
  return snapshot.exists ? storedMark.parse(snapshot.data()).mark : undefined;
}

function toStored({ members, ...others }: DeadMembersOfAudience): z.infer<typeof stored> {
  return { members: Object.fromEntries(members), ...others };
}

const ADVICE =
  'Firestore failed: check the database, and that this service account may use it (roles/datastore.user).';
