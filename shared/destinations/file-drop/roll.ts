import pLimit from 'p-limit';
import { storageUnavailable, type DropStorage, type Notice } from './drop-storage.ts';
import { fileName, fileNamesBegin, nextMinute, type Extension } from './file-name.ts';
import { asideOf, partsAmong } from './parts.ts';
import { withSegmentLock } from './segment-lock.ts';
import type { Timing } from './timing.ts';

/** Of one file; what is more goes to the next one. */
const MAX_PARTS = 5_000;
const REMOVALS_AT_ONCE = 32;
const MINUTE_MS = 60_000;
/** Names in a row that somebody took between our look and our file. */
const MOST_TAKEN = 20;

/** What becomes of the parts of a segment. */
export interface FileFormat {
  readonly extension: Extension;
  /** What the next file is joined from: the parts, or what is made of them aside. */
  sources(making: Making): Promise<readonly string[]>;
  /** What is kept for the file after it, once the file is there. */
  published?(making: Making, sources: readonly string[]): Promise<void>;
}

/** A file that is being made, while the segment is locked. */
export interface Making {
  readonly segment: string;
  /** In order. */
  readonly parts: readonly string[];
  /** All names aside. */
  readonly aside: readonly string[];
  readonly lock: Notice;
}

export interface RollSettings {
  readonly storage: DropStorage;
  readonly timing: Timing;
  readonly format: FileFormat;
}

/** Makes a complete file of all the parts of a segment. One roll of a segment at a time, whatever the instance. */
export async function rollSegment(segment: string, settings: RollSettings): Promise<void> {
  const { storage } = settings;
  for (let left = true; left;) {
    left = await withSegmentLock(segment, settings, async (lock) => {
      const aside = await clearedAside(segment, storage);
      const all = partsAmong(aside);
      const parts = all.slice(0, MAX_PARTS);
      if (parts.length > 0) await makeFile({ segment, parts, aside, lock }, settings);
      return all.length > parts.length;
    });
  }
}

async function makeFile(making: Making, { storage, timing, format }: RollSettings): Promise<void> {
  const { segment, lock, parts } = making;
  const sources = await format.sources(making);
  const from = fileName(segment, timing.now(), format.extension);
  const existing = await storage.list(fileNamesBegin(segment), from);
  const minute = nextMinute(timing.now(), existing);
  for (let later = 0; ; later += 1) {
    if (later > MOST_TAKEN) throw storageUnavailable('it says that every name is taken');
    const name = fileName(segment, minute + later * MINUTE_MS, format.extension);
    const result = await storage.publish({ name, sources, lock });
    if (result === 'lock-lost') throw storageUnavailable('another instance took the roll over');
    if (result === 'published') break;
  }
  await format.published?.(making, sources);
  await removeParts(parts, making, storage);
}

/**
 * Parts must go together: were a user's remove gone and its add left, the next file would bring the add
 * again. So what is to go is written down first, and who rolls next finishes it.
 */
async function removeParts(parts: readonly string[], { lock }: Making, storage: DropStorage) {
  const done = `${lock.name.slice(0, -'lock'.length)}done-${lock.version}`;
  if (parts.length > 1) await storage.create(done, Buffer.from(JSON.stringify(parts)));
  await removeAll(parts, storage);
  if (parts.length > 1) await storage.remove(done);
}

/** The names aside, without what a roll left that did not come to its end. */
async function clearedAside(segment: string, storage: DropStorage): Promise<readonly string[]> {
  const folder = asideOf(segment);
  const names = await storage.list(folder);
  const left = names.filter((name) => /^(?:done|join)-/.test(name.slice(folder.length)));
  if (left.length === 0) return names;
  for (const name of left.filter((each) => each.startsWith(`${folder}done-`))) {
    const content = await storage.read(name);
    if (content !== undefined) await removeAll(JSON.parse(content.toString()) as string[], storage);
  }
  await removeAll(left, storage);
  return storage.list(folder);
}

async function removeAll(names: readonly string[], storage: DropStorage): Promise<void> {
  const limit = pLimit(REMOVALS_AT_ONCE);
  await Promise.all(names.map((name) => limit(() => storage.remove(name))));
}
