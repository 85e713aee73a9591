import { randomUUID } from 'node:crypto';
import pLimit from 'p-limit';
import { z } from 'zod';
import { storageUnavailable, type DropStorage } from './drop-storage.ts';
import { asideOf, compressLines, readLines } from './parts.ts';
import type { FileFormat, Making } from './roll.ts';
import { audienceOfSegment } from './segment-name.ts';

const READS_AT_ONCE = 16;
/** What a field cannot hold as it is (RFC 4180). */
const NEEDS_QUOTES = /[",\r\n]/;

const labelText = z.object({ title: z.string() });

/** Keeps the title of an audience for its feeds. The first one stays. */
export async function keepLabel(
  storage: DropStorage,
  label: { readonly segment: string; readonly title: string },
): Promise<void> {
  const content = JSON.stringify({ title: label.title });
  await storage.create(`${asideOf(label.segment)}label`, Buffer.from(content));
}

/**
 * Every file is a feed of all members. They are kept aside too, as a `base`, lest a feed that somebody
 * fetched and removed takes the audience with it.
 */
export function molocoFeed(storage: DropStorage): FileFormat {
  return {
    extension: 'csv',
    sources: async (making) => {
      const members = await membersAfter(making, storage);
      const audience = audienceOfSegment(making.segment);
      const fields = [audience, await labelOf(making.segment, storage), members.join(';')];
      const feed = `audience_id,audience_label,user_ids\r\n${fields.map(quoted).join(',')}\r\n`;
      const aside = `${asideOf(making.segment)}join-${randomUUID()}`;
      await storage.create(aside, Buffer.from(feed));
      await storage.create(baseOf(aside), await compressLines(members));
      return [aside];
    },
    published: async (making, [aside = '']) => {
      await keepBase({ ...making, base: baseOf(aside) }, storage);
      await storage.remove(aside);
    },
  };
}

/** The members by the base and then the parts, in order: a user's last operation counts. */
async function membersAfter(making: Making, storage: DropStorage): Promise<string[]> {
  const newest = basesAmong(making.aside).at(-1);
  const members = new Set(newest === undefined ? [] : await readLines(storage, newest));
  const limit = pLimit(READS_AT_ONCE);
  const read = making.parts.map((part) => limit(() => readLines(storage, part)));
  for (const lines of await Promise.all(read)) {
    for (const line of lines) {
      const [user = '', operation] = line.split('\t');
      if (operation === 'remove') members.delete(user);
      else members.add(user);
    }
  }
  return [...members];
}

/** Puts the members of the newest feed in the place of those before, as only the holder of the lock can. */
async function keepBase(making: Making & { readonly base: string }, storage: DropStorage) {
  const { segment, aside, lock, base } = making;
  const before = basesAmong(aside);
  const number = Number(/\d+$/.exec(before.at(-1) ?? '0')?.[0]) + 1;
  const name = `${asideOf(segment)}base-${String(number).padStart(15, '0')}`;
  const result = await storage.publish({ name, sources: [base], lock });
  if (result !== 'published') throw storageUnavailable('another instance took the roll over');
  await storage.remove(base);
  for (const old of before) await storage.remove(old);
}

function baseOf(aside: string): string {
  return `${aside}-base`;
}

function basesAmong(names: readonly string[]): string[] {
  return names.filter((name) => name.split('/').at(-1)?.startsWith('base-'));
}

async function labelOf(segment: string, storage: DropStorage): Promise<string> {
  const content = await storage.read(`${asideOf(segment)}label`);
  if (content === undefined) return audienceOfSegment(segment);
  return labelText.parse(JSON.parse(content.toString('utf8'))).title;
}

function quoted(field: string): string {
  return NEEDS_QUOTES.test(field) ? `"${field.replaceAll('"', '""')}"` : field;
}
