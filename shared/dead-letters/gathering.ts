import { MessageError } from '../errors.ts';
import { decodeDeadLetter, type DeadLetter } from './dead-letter.ts';
import type { SessionLimits, StoredDeadLetter } from './dead-letter-store.ts';

/** Collects the messages of a session within its limits: the same for every store. */
export interface Gathering {
  /** Whether the message is in the session; false: it is one too many, and the gathering is full. */
  add(id: string, data: Uint8Array): boolean;
  full(): boolean;
  result(): {
    readonly letters: readonly StoredDeadLetter[];
    readonly complete: boolean;
    readonly unreadable: number;
  };
}

export function createGathering({ maxLetters, maxBytes }: SessionLimits): Gathering {
  const letters: StoredDeadLetter[] = [];
  let messages = 0;
  let bytes = 0;
  let unreadable = 0;
  let full = false;

  return {
    add: (id, data) => {
      full ||= messages + 1 > maxLetters || bytes + data.length > maxBytes;
      if (full) return false;
      messages += 1;
      bytes += data.length;
      const deadLetter = tryDecode(data);
      if (deadLetter === undefined) unreadable += 1;
      else letters.push({ id, deadLetter });
      return true;
    },
    full: () => full,
    result: () => ({ letters: oldestFirst(letters), complete: !full, unreadable }),
  };
}

function tryDecode(data: Uint8Array): DeadLetter | undefined {
  try {
    return decodeDeadLetter(data);
  } catch (error) {
    if (error instanceof MessageError) return undefined;
    throw error;
  }
}

function oldestFirst(letters: readonly StoredDeadLetter[]): StoredDeadLetter[] {
  const time = (text: string) => Date.parse(text);
  return letters.toSorted(
    ({ deadLetter: a }, { deadLetter: b }) =>
      time(a.publishedAt) - time(b.publishedAt) || time(a.deadAt) - time(b.deadAt),
  );
}
