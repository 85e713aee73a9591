import { randomUUID } from 'node:crypto';
import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import type { MicroBatch } from '../destination.ts';
import { storageUnavailable, type DropStorage } from './drop-storage.ts';

const [compress, decompress] = [promisify(gzip), promisify(gunzip)];

/** The folder, aside, of what becomes the files of a segment. */
export function asideOf(segment: string): string {
  return `parts/${segment}/`;
}

/** The members of one micro-batch, as lines of a file to come. */
export interface Part {
  readonly segment: string;
  readonly operation: MicroBatch['operation'];
  readonly users: readonly string[];
}

export interface PartSettings {
  readonly storage: DropStorage;
  readonly now: () => number;
  /** Whether lines say what is done. */
  readonly operationColumn: boolean;
}

/**
 * Stores a part. Its name comes after those of all parts that were stored before it began, whatever
 * the clocks of the instances say: so a user's operations stay in order, as each begins when the one
 * before is acknowledged.
 */
export async function storePart(part: Part, settings: PartSettings): Promise<void> {
  const { storage, now, operationColumn } = settings;
  const content = await compress(linesOf(part, operationColumn));
  const begin = `${asideOf(part.segment)}part-`;
  const newer = await storage.list(begin, `${begin}${inMs(now())}`);
  const time = Math.max(now(), ...newer.map((name) => sizeOf(name).time + 1));
  const size = `${part.users.length}-${content.length}`;
  const name = `${begin}${inMs(time)}-${size}-${randomUUID()}.gz`;
  if (!(await storage.create(name, content))) throw new Error('Two parts have one random name.');
}

function linesOf({ operation, users }: Part, operationColumn: boolean): string {
  const end = operationColumn ? `\t${operation}\n` : '\n';
  return users.map((user) => user + end).join('');
}

function inMs(time: number): string {
  return String(time).padStart(15, '0');
}

/** The parts among the names aside, in order. */
export function partsAmong(names: readonly string[]): string[] {
  return names.filter((name) => name.split('/').at(-1)?.startsWith('part-'));
}

interface PartSize {
  readonly time: number;
  readonly members: number;
  readonly bytes: number;
}

/** What the name of a part says of it. */
export function sizeOf(name: string): PartSize {
  const [time = 0, members = 0, bytes = 0] =
    /part-(\d+)-(\d+)-(\d+)-/.exec(name)?.slice(1).map(Number) ?? [];
  return { time, members, bytes };
}

/** The lines of a stored part. */
export async function readLines(storage: DropStorage, name: string): Promise<string[]> {
  const content = await storage.read(name);
  if (content === undefined) throw storageUnavailable('another instance took the roll over');
  return (await decompress(content)).toString('utf8').split('\n').slice(0, -1);
}

/** Lines as they are stored aside. */
export function compressLines(lines: Iterable<string>): Promise<Buffer> {
  return compress([...lines].map((line) => `${line}\n`).join(''));
}
