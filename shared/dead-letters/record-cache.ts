/**
 * Keeps records of dead members that were read, for as long as no other instance records a death. Every
 * death changes one mark of the destination; an instance reads the mark at most once in `freshMs`, and
 * forgets its records when another one has changed it. Why that is right: docs/decisions/0028.
 */
import { randomUUID } from 'node:crypto';
import type { DeadMembersOfAudience } from './dead-members.ts';

/** The calls that cost. */
export interface RecordStore {
  readRecord(audience: string): Promise<DeadMembersOfAudience>;
  /** Undefined: there was no death yet. */
  readMark(): Promise<string | undefined>;
  /** @returns the mark that it replaces */
  replaceMark(mark: string): Promise<string | undefined>;
}

export interface RecordCacheSettings {
  readonly store: RecordStore;
  /** A record or mark is right for so long, whatever happens; the same for every instance. */
  readonly freshMs: number;
  /** A record is read again after it all the same: an older version of forward changes no mark. */
  readonly keepMs: number;
  /** Milliseconds, of a clock that never goes back. */
  readonly clock?: () => number;
}

export interface RecordCache {
  find(audience: string): Promise<DeadMembersOfAudience>;
  /** Reads the record from the store, whatever is kept. */
  read(audience: string): Promise<DeadMembersOfAudience>;
  /** Forgets a record: this instance has changed it. */
  forget(audience: string): void;
  /** Announces that a death was recorded: every `find` of every instance sees it `freshMs` later. */
  announceDeath(): Promise<void>;
}

interface KeptRecord {
  /** Time at which the read began: what was written after it may be missing in the answer. */
  readonly startedAt: number;
  readonly record: Promise<DeadMembersOfAudience>;
  members: number;
}

/** Records kept, at most; most are empty. */
export const MAX_RECORDS = 10_000;
/** Members in all records kept: some 30 MB. */
export const MAX_MEMBERS = 200_000;

export function createRecordCache({
  store,
  freshMs,
  keepMs,
  clock = () => performance.now(),
}: RecordCacheSettings): RecordCache {
  /** The one that was read longest ago comes first. */
  const kept = new Map<string, KeptRecord>();
  let members = 0;
  /** The mark when it was last read. */
  let known: { readonly mark: string | undefined } | undefined;
  let check: { readonly startedAt: number; readonly done: Promise<void> } | undefined;
  let replacing: Promise<void> = Promise.resolve();
  let nextReplacement: Promise<void> | undefined;

  const isYoung = ({ startedAt }: { startedAt: number }, ms: number) => clock() - startedAt < ms;

  function drop(audience: string): void {
    members -= kept.get(audience)?.members ?? 0;
    kept.delete(audience);
  }

  function makeRoom(): void {
    for (const audience of kept.keys()) {
      if (kept.size <= MAX_RECORDS && members <= MAX_MEMBERS) return;
      drop(audience);
    }
  }

  function notice(mark: string | undefined): void {
    if (known?.mark !== mark) {
      kept.clear();
      members = 0;
    }
    known = { mark };
  }

  /** Reads the mark, unless that was begun less than `freshMs` ago. */
  function checkMark(): Promise<void> {
    if (check !== undefined && isYoung(check, freshMs)) return check.done;
    const begun = { startedAt: clock(), done: store.readMark().then(notice) };
    check = begun;
    begun.done.catch(() => {
      if (check === begun) check = undefined;
    });
    return begun.done;
  }

  function read(audience: string): Promise<DeadMembersOfAudience> {
    const begun: KeptRecord = {
      startedAt: clock(),
      record: store.readRecord(audience),
      members: 0,
    };
    drop(audience);
    kept.set(audience, begun);
    makeRoom();
    begun.record.then(
      (record) => {
        if (kept.get(audience) !== begun) return;
        begun.members = record.members.size;
        members += begun.members;
        makeRoom();
      },
      () => {
        if (kept.get(audience) === begun) drop(audience);
      },
    );
    return begun.record;
  }

  async function replaceMark(): Promise<void> {
    const mark = randomUUID();
    notice(await store.replaceMark(mark));
    known = { mark };
  }

  /** Deaths that are recorded while a replacement is in flight share the next one. */
  function shareReplacement(): Promise<void> {
    nextReplacement ??= replacing
      .catch(() => undefined)
      .then(() => {
        nextReplacement = undefined;
        replacing = replaceMark();
        return replacing;
      });
    return nextReplacement;
  }

  return {
    find: async (audience) => {
      const cached = kept.get(audience);
      if (cached !== undefined && isYoung(cached, freshMs)) return cached.record;
      // A record that is read now needs no mark, but the next ones are held against one from before it.
      if (known === undefined || (cached !== undefined && isYoung(cached, keepMs))) {
        await checkMark();
      }
      const current = kept.get(audience);
      return current !== undefined && isYoung(current, keepMs) ? current.record : read(audience);
    },
    read,
    forget: drop,
    announceDeath: shareReplacement,
  };
}
