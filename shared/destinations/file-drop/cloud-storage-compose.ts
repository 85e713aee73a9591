import { randomUUID } from 'node:crypto';
import type { File } from '@google-cloud/storage';
import pLimit from 'p-limit';
import { statusOf } from './cloud-storage-failure.ts';
import type { DropStorage, Notice, Publication } from './drop-storage.ts';

/** Cloud Storage composes no more objects at once. */
const MAX_SOURCES = 32;
const CALLS_AT_ONCE = 16;

export interface ComposeSettings {
  readonly fileOf: (name: string) => Promise<File>;
  readonly prefix: string;
  readonly isUp: (lock: Notice) => Promise<boolean>;
}

interface Source {
  readonly name: string;
  /** Compose only while the object has this generation. */
  readonly generation?: string;
}

/**
 * Joins objects aside, 32 at a time, until few enough are left for the last call. That one takes in the
 * empty object of the lock too, in this very generation: so Cloud Storage itself refuses whoever lost it.
 */
export async function publishByCompose(
  { name, sources, lock }: Publication,
  settings: ComposeSettings,
): ReturnType<DropStorage['publish']> {
  const asides: string[] = [];
  try {
    const few = await joinAside(sources, { lock, asides, settings });
    const fence = { name: lock.name, generation: lock.version };
    await compose(name, [...few.map((source) => ({ name: source })), fence], settings);
    return 'published';
  } catch (error) {
    const status = statusOf(error);
    if (status !== 412 && status !== 404) throw error;
    // A source is missing only when another holder of the lock has done with it.
    return status === 412 && (await settings.isUp(lock)) ? 'name-taken' : 'lock-lost';
  } finally {
    // What cannot be removed now, the next holder of the lock removes.
    await Promise.allSettled(
      asides.map(async (aside) => (await settings.fileOf(aside)).delete({ ignoreNotFound: true })),
    );
  }
}

interface Joining {
  readonly lock: Notice;
  /** Gets the names of all that is made. */
  readonly asides: string[];
  readonly settings: ComposeSettings;
}

async function joinAside(
  sources: readonly string[],
  { lock, asides, settings }: Joining,
): Promise<readonly string[]> {
  if (sources.length < MAX_SOURCES) return sources;
  const folder = lock.name.slice(0, lock.name.lastIndexOf('/') + 1);
  const limit = pLimit(CALLS_AT_ONCE);
  const joined = await Promise.all(
    inGroups(sources).map((group) => {
      const aside = `${folder}join-${randomUUID()}`;
      asides.push(aside);
      return limit(async () => {
        await compose(
          aside,
          group.map((name) => ({ name })),
          settings,
        );
        return aside;
      });
    }),
  );
  return joinAside(joined, { lock, asides, settings });
}

function inGroups(names: readonly string[]): string[][] {
  return Array.from({ length: Math.ceil(names.length / MAX_SOURCES) }, (_, index) =>
    names.slice(index * MAX_SOURCES, (index + 1) * MAX_SOURCES),
  );
}

/** The client's own `combine` knows no conditions on sources. */
async function compose(
  name: string,
  sources: readonly Source[],
  { fileOf, prefix }: ComposeSettings,
): Promise<void> {
  const file = await fileOf(name);
  const contentType = name.endsWith('.csv') ? 'text/csv; charset=utf-8' : 'application/gzip';
  await file.request({
    method: 'POST',
    uri: '/compose',
    qs: { ifGenerationMatch: 0 },
    json: {
      destination: { contentType },
      sourceObjects: sources.map(({ name: source, generation }) => ({
        name: prefix + source,
        ...(generation === undefined
          ? {}
          : { objectPreconditions: { ifGenerationMatch: generation } }),
      })),
    },
  });
}
