import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach } from '@jest/globals';
import type { BatchResult, MicroBatch } from '../../../../shared/destinations/destination.ts';
import { createCloudStorageBucket } from '../../../../shared/destinations/file-drop/cloud-storage-bucket.ts';
import { createDirectoryStorage } from '../../../../shared/destinations/file-drop/directory-storage.ts';
import type { DropStorage } from '../../../../shared/destinations/file-drop/drop-storage.ts';
import { createDrop, type Drop } from '../../../../shared/destinations/file-drop/drop.ts';
import type { FileDropOptions } from '../../../../shared/destinations/file-drop/options.ts';
import type { Timing } from '../../../../shared/destinations/file-drop/timing.ts';
import { sleep } from '../../../../shared/sleep.ts';
import { within } from '../../../../shared/within.ts';
import {
  startFakeCloudStorage,
  type FakeCloudStorage,
} from '../../../fakes/platforms/cloud-storage.ts';
import { fastTiming, listDirectory } from '../../../fakes/platforms/file-drop.ts';

export const SEGMENT = 'a~2E1';
export const ASIDE = `parts/${SEGMENT}/`;

/** A place for files, as one instance after another sees it. */
export interface Place {
  /** The storage of one more instance. */
  storage(): DropStorage;
  /** What is there, by name. */
  contents(): Promise<ReadonlyMap<string, Buffer>>;
  /** Of a bucket only. */
  readonly fake?: FakeCloudStorage;
  close(): Promise<void>;
}

const kinds = {
  'a directory': async (): Promise<Place> => {
    const directory = await mkdtemp(join(tmpdir(), 'file-drop-'));
    return {
      storage: () => createDirectoryStorage(directory),
      contents: () => listDirectory(directory),
      close: () => rm(directory, { recursive: true }),
    };
  },
  'a bucket': async (): Promise<Place> => {
    const fake = await startFakeCloudStorage('drops');
    const [bucket, prefix, endpoint] = ['drops', 'mapp/', fake.url];
    return {
      storage: () => createCloudStorageBucket({ bucket, prefix, endpoint }),
      contents: () =>
        Promise.resolve(
          new Map([...fake.objects].map(([name, { content }]) => [name.slice(5), content])),
        ),
      fake,
      close: () => fake.close(),
    };
  },
} as const;

export const PLACES = Object.keys(kinds) as (keyof typeof kinds)[];

/** A place of its own for each test. */
export function placeForEachTest(kind: keyof typeof kinds): () => Place {
  let place: Place | undefined;
  beforeEach(async () => {
    place = await kinds[kind]();
  });
  afterEach(() => place?.close());
  return () => {
    if (place === undefined) throw new Error('No test runs.');
    return place;
  };
}

const OPTIONS: FileDropOptions = {
  place: { directory: '/' },
  format: 'tsv',
  operations: 'column',
  rollMs: 10_000,
  rollBytes: 1e9,
  rollMembers: 1e9,
};

/** An instance at a place. Ten seconds of its time take a tenth of one. */
export function instanceAt(
  storage: DropStorage,
  options: Partial<FileDropOptions> = {},
  timing: Timing = fastTiming(),
): Drop {
  return createDrop({ ...OPTIONS, ...options }, storage, timing);
}

/** Delivers, and waits until the instance has made the files it has to. */
export async function dropped(instance: Drop, each: MicroBatch): Promise<BatchResult> {
  const result = await instance.deliver(each);
  await instance.settled();
  return result;
}

/** True once the instance has made the files it has to. */
export async function settled(instance: Drop): Promise<true> {
  await instance.settled();
  return true;
}

let operatedAt = 0;

/** A new micro-batch of the segment; a redelivery is the same one again. */
export function batch(operation: 'add' | 'remove', ...users: string[]) {
  operatedAt += 1;
  const members = users.map((user) => ({ segment: SEGMENT, user, operatedAt }));
  return { operation, members };
}

/** A storage that does something else when it is asked to do one thing. */
export function storageBut(storage: DropStorage, changed: Partial<DropStorage>): DropStorage {
  return { ...storage, ...changed };
}

/** What a process that died does: nothing, for ever. */
export function never(): Promise<never> {
  return new Promise(() => undefined);
}

/** A time that stands still until a test lets it pass. */
export function manualTiming(start = Date.UTC(2026, 0, 2, 3, 4)) {
  let time = start;
  let waiting: { readonly at: number; readonly wake: () => void }[] = [];
  const timing: Timing = {
    now: () => time,
    sleep: (ms, signal) =>
      new Promise<void>((resolve) => {
        if (signal?.aborted === true) resolve();
        waiting.push({ at: time + ms, wake: resolve });
        signal?.addEventListener('abort', () => {
          resolve();
        });
      }),
  };
  const pass = (ms: number) => {
    time += ms;
    const due = waiting.filter(({ at }) => at <= time);
    waiting = waiting.filter((each) => !due.includes(each));
    for (const { wake } of due) wake();
  };
  return {
    timing,
    pass,
    /** Lets time pass until something is done. */
    passUntil: async <Value>(done: Promise<Value>, stepMs = 500): Promise<Value> => {
      let ended: Value | undefined;
      while ((ended = await within(done, 2)) === undefined) pass(stepMs);
      return ended;
    },
  };
}

/** Waits until an object is there. */
export async function appears(place: Place, end: string): Promise<void> {
  while (![...(await place.contents()).keys()].some((name) => name.endsWith(end))) await sleep(2);
}
