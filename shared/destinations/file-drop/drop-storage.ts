import { DestinationError } from '../../errors.ts';

/**
 * Where a file drop keeps its files and, aside, what becomes files: named objects, with `/` for
 * folders. Everything is written complete and durable, or not at all. All of it fails with a
 * {@link DestinationError} as {@link storageUnavailable} and {@link storageFault} make them.
 */
export interface DropStorage {
  /** Names that begin with `prefix`, which names one folder, in order; only those from `from` on. */
  list(prefix: string, from?: string): Promise<readonly string[]>;
  /** False: the name is taken, and nothing changed. */
  create(name: string, content: Uint8Array): Promise<boolean>;
  read(name: string): Promise<Buffer | undefined>;
  /** Does nothing when it is gone already. */
  remove(name: string): Promise<void>;

  /** Puts up a notice. Undefined: there is one, and nothing changed. */
  post(name: string, text: string): Promise<Notice | undefined>;
  look(name: string): Promise<Notice | undefined>;
  /** Takes down this very notice. False: it is gone, or another one has its name. */
  takeDown(notice: Notice): Promise<boolean>;

  /**
   * Joins objects, in their order, to a new one, which appears complete or not at all, and only
   * while `lock` is up: whoever lost it to another can publish no more, however late it wakes.
   * What it writes on the way is named `join-…` and stands beside the lock.
   */
  publish(file: Publication): Promise<'published' | 'name-taken' | 'lock-lost'>;
}

/** A few words under a name; instances exclude each other by it. */
export interface Notice {
  readonly name: string;
  readonly text: string;
  /** Differs from that of every other notice of the name. */
  readonly version: string;
}

export interface Publication {
  readonly name: string;
  readonly sources: readonly string[];
  readonly lock: Notice;
}

export interface UnavailableDetails {
  readonly retryAfterMs?: number | undefined;
  /** We call too often. */
  readonly tooFast?: boolean;
}

/** The storage may take it when it is tried again. */
export function storageUnavailable(
  what: string,
  { retryAfterMs, tooFast = false }: UnavailableDetails = {},
): DestinationError {
  const text = `The file drop's storage is not available: ${what}`;
  const details = { what, tooFast };
  return new DestinationError('DESTINATION_UNAVAILABLE', text, {
    retryable: true,
    retryAfterMs,
    details,
  });
}

/** An operator must act; `status` is HTTP's, or the nearest to it. */
export function storageFault(what: string, status: number): DestinationError {
  const text = `The file drop's storage refuses us: ${what}; check DESTINATION_OPTIONS and the permissions`;
  const details = { what, status, fault: true };
  return new DestinationError('DESTINATION_MISCONFIGURED', text, { retryable: true, details });
}
