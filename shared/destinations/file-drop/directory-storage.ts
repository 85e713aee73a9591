import { randomUUID } from 'node:crypto';
import { link, readdir, readFile, rename, stat, unlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { attempted, codeOf } from './directory-failure.ts';
import { folderFor, syncFolder, writeJoined, writeNew } from './directory-writing.ts';
import type { DropStorage, Notice, Publication } from './drop-storage.ts';

/**
 * A file drop in a directory of a file system with hard links: a link is made complete, under a name
 * that is not taken, or not at all. Names that begin with a dot are being written.
 */
export function createDirectoryStorage(directory: string): DropStorage {
  const pathOf = (name: string) => join(directory, name);
  const asideOf = (name: string) => join(dirname(pathOf(name)), `.${randomUUID()}`);

  /** Puts a content under a name that is not taken. The version of it, or undefined. */
  async function put(name: string, content: Uint8Array | string): Promise<string | undefined> {
    await folderFor(directory, name);
    const aside = asideOf(name);
    await writeNew(aside, content);
    try {
      const version = await versionOf(aside);
      if (!(await linked(aside, pathOf(name)))) return undefined;
      await syncFolder(dirname(pathOf(name)));
      return version;
    } finally {
      await removed(aside);
    }
  }

  async function look(name: string): Promise<Notice | undefined> {
    const version = await versionOf(pathOf(name));
    const text = await found(readFile(pathOf(name), 'utf8'));
    return version === undefined || text === undefined ? undefined : { name, version, text };
  }

  /**
   * A file system cannot compare and remove at once: what is taken away proves to be another notice
   * only then, and is put back.
   */
  async function takeDown({ name, version }: Notice): Promise<boolean> {
    if ((await versionOf(pathOf(name))) !== version) return false;
    const aside = asideOf(name);
    if (!(await found(rename(pathOf(name), aside).then(() => true)))) return false;
    const ours = (await versionOf(aside)) === version;
    if (!ours) await linked(aside, pathOf(name));
    await removed(aside);
    // Only after the notice is away: who has looked for it before has made its file before, too.
    if (ours) await removed(joinOf(pathOf(name), version));
    return ours;
  }

  async function publish({ name, sources, lock }: Publication) {
    const joined = joinOf(pathOf(lock.name), lock.version);
    try {
      // A source is missing only when another holder of the lock has done with it.
      const written = await found(writeJoined(joined, sources.map(pathOf)).then(() => true));
      if (written === undefined) return 'lock-lost';
      await folderFor(directory, name);
      if ((await versionOf(pathOf(lock.name))) !== lock.version) return 'lock-lost';
      const made = await found(linked(joined, pathOf(name)));
      if (made === undefined) return 'lock-lost';
      if (!made) return 'name-taken';
      await syncFolder(dirname(pathOf(name)));
      return 'published';
    } finally {
      await removed(joined);
    }
  }

  /** A folder that is not there yet is empty, unless the directory itself is missing. */
  async function namesIn(folder: string): Promise<string[]> {
    const names = await found(readdir(folder));
    if (names === undefined) await stat(directory);
    return names ?? [];
  }

  return {
    list: (prefix, from = '') =>
      attempted(async () => {
        const folder = prefix.slice(0, prefix.lastIndexOf('/') + 1);
        const names = await namesIn(pathOf(folder));
        return names
          .filter((name) => !name.startsWith('.'))
          .map((name) => folder + name)
          .filter((name) => name.startsWith(prefix) && name >= from)
          .sort();
      }),
    create: (name, content) => attempted(async () => (await put(name, content)) !== undefined),
    read: (name) => attempted(() => found(readFile(pathOf(name)))),
    remove: (name) => attempted(() => removed(pathOf(name))),
    post: (name, text) =>
      attempted(async () => {
        const version = await put(name, text);
        return version === undefined ? undefined : { name, text, version };
      }),
    look: (name) => attempted(() => look(name)),
    takeDown: (notice) => attempted(() => takeDown(notice)),
    publish: (file) => attempted(() => publish(file)),
  };
}

/** Where the holder of a lock joins files: it goes with the lock. */
function joinOf(lockPath: string, version: string): string {
  return join(dirname(lockPath), `.join-${version}`);
}

async function versionOf(path: string): Promise<string | undefined> {
  const stats = await found(stat(path, { bigint: true }));
  return stats && `${stats.ino}-${stats.mtimeNs}`;
}

/** False: the name is taken. */
async function linked(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to);
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw error;
  }
}

async function removed(path: string): Promise<void> {
  await found(unlink(path));
}

/** Undefined: there is no such file. */
async function found<Value>(reading: Promise<Value>): Promise<Value | undefined> {
  try {
    return await reading;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}
