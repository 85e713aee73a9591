import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { createFileDropDestination } from '../../../shared/destinations/file-drop/file-drop-destination.ts';
import type { Timing } from '../../../shared/destinations/file-drop/timing.ts';
import { sleep } from '../../../shared/sleep.ts';
import type { DestinationFixture, ThirdParty } from '../../contracts/destinations/third-party.ts';
import { startFakeCloudStorage } from './cloud-storage.ts';

const PREFIX = 'drops/';
const LONGEST_WAIT_MS = 5_000;

/** A second of it takes 10 ms: the shortest window is over in 100. */
export function fastTiming(speed = 100): Timing {
  const start = Date.now();
  const startedAt = performance.now();
  return {
    now: () => start + Math.floor((performance.now() - startedAt) * speed),
    sleep: (ms, signal) => sleep(ms / speed, signal),
  };
}

/** What lies in a place, by name. */
type Listing = () => Promise<ReadonlyMap<string, Buffer>>;

/** Complete files of a segment, as the third party fetches them: in the order of their names. */
export function filesOf(segment: string, all: ReadonlyMap<string, Buffer>): [string, Buffer][] {
  const ours = [...all].filter(([name]) => name.startsWith(`Mapp_dmp_${segment}_`));
  return ours.sort(([a], [b]) => (a < b ? -1 : 1));
}

/** The lines of a gzip TSV. */
export function linesOf(content: Buffer): string[] {
  return gunzipSync(content).toString('utf8').split('\n').slice(0, -1);
}

/** Who is in a segment once all its files are applied. */
export function membersOfFiles(segment: string, all: ReadonlyMap<string, Buffer>): string[] {
  const members = new Set<string>();
  for (const [, content] of filesOf(segment, all)) {
    for (const line of linesOf(content)) {
      const [user = '', operation] = line.split('\t');
      if (operation === 'remove') members.delete(user);
      else members.add(user);
    }
  }
  return [...members].sort();
}

/** Who is in the newest feed of a segment. */
function membersOfFeed(segment: string, all: ReadonlyMap<string, Buffer>): string[] {
  const [, feed = Buffer.alloc(0)] = filesOf(segment, all).at(-1) ?? [];
  const [, row = ''] = feed.toString('utf8').split('\r\n');
  const [, , users = ''] = fieldsOf(row);
  return users.split(';').filter(Boolean).sort();
}

/** The fields of a CSV row without line breaks (RFC 4180). */
function fieldsOf(row: string): string[] {
  return [...row.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)].map(
    ([, quoted, plain = '']) => quoted?.replaceAll('""', '"') ?? plain,
  );
}

/** What lies in a directory, and in its folders, by name. */
export async function listDirectory(directory: string): Promise<Map<string, Buffer>> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  const read = files.map(async ({ parentPath, name }): Promise<[string, Buffer] | undefined> => {
    const path = join(parentPath, name);
    // What is being worked on aside may be gone already.
    const content = await readFile(path).catch(() => undefined);
    return content && [path.slice(directory.length + 1), content];
  });
  return new Map((await Promise.all(read)).filter((each) => each !== undefined));
}

async function members(
  segment: string,
  list: Listing,
  read: typeof membersOfFiles,
): Promise<readonly string[]> {
  const until = Date.now() + LONGEST_WAIT_MS;
  let all = await list();
  const isWaiting = () => [...all.keys()].some((name) => name.startsWith(`parts/${segment}/part-`));
  for (; isWaiting() && Date.now() < until; all = await list()) await sleep(20);
  return read(segment, all);
}

/** Options of DESTINATION_OPTIONS beside the place. */
interface DropFormat {
  readonly format?: 'tsv' | 'moloco-audience-feed';
  readonly operations?: 'column' | 'additions-only';
}

interface Place {
  readonly list: Listing;
  readonly options: object;
  readonly baseUrl?: string;
  readonly thirdParty: Pick<ThirdParty, 'violations' | 'close'> & Partial<ThirdParty>;
}

function fixtureOf(place: Place, format: DropFormat): DestinationFixture {
  const timing = fastTiming();
  const read = format.format === 'moloco-audience-feed' ? membersOfFeed : membersOfFiles;
  const { baseUrl, options } = place;
  return {
    thirdParty: {
      members: (segment) => members(segment, place.list, read),
      asKnown: (user) => user,
      ...place.thirdParty,
    },
    settings: { baseUrl, options: { ...options, ...format, rollSeconds: 10 }, now: timing.now },
    create: (settings) => createFileDropDestination(settings, { sleep: timing.sleep }),
  };
}

/** The file drop in a directory of its own. */
export async function fileDropDirectoryFixture(
  format: DropFormat = {},
): Promise<DestinationFixture> {
  const directory = await mkdtemp(join(tmpdir(), 'file-drop-'));
  const thirdParty = {
    violations: () => [],
    close: () => rm(directory, { recursive: true }),
  };
  const list = () => listDirectory(directory);
  return fixtureOf({ list, options: { directory }, thirdParty }, format);
}

/** The file drop in a bucket of a fake Cloud Storage. */
export async function fileDropBucketFixture(format: DropFormat = {}): Promise<DestinationFixture> {
  const bucket = 'relay-drops';
  const fake = await startFakeCloudStorage(bucket);
  const list = () =>
    Promise.resolve(
      new Map([...fake.objects].map(([name, { content }]) => [name.slice(PREFIX.length), content])),
    );
  const thirdParty = {
    violations: () => fake.violations,
    failNext: (...mishap: Parameters<typeof fake.failNext>) => {
      fake.failNext(...mishap);
    },
    close: () => fake.close(),
  };
  const options = { bucket, prefix: PREFIX };
  return fixtureOf({ list, options, baseUrl: fake.url, thirdParty }, format);
}
