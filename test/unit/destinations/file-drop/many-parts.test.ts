import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { createDirectoryStorage } from '../../../../shared/destinations/file-drop/directory-storage.ts';
import { filesOf, linesOf, listDirectory } from '../../../fakes/platforms/file-drop.ts';
import { ASIDE, batch, dropped, instanceAt, SEGMENT } from './places.ts';

const PARTS = 5_001;

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'file-drop-'));
});
afterEach(() => rm(directory, { recursive: true }));

it('more parts than a file takes go to the next one, in order', async () => {
  await mkdir(join(directory, ASIDE), { recursive: true });
  const users = Array.from({ length: PARTS }, (_, n) => `user-${n}`);
  for (const [n, user] of users.entries()) {
    const name = `${ASIDE}part-${String(n).padStart(15, '0')}-1-1-x.gz`;
    await writeFile(join(directory, name), gzipSync(`${user}\tadd\n`));
  }
  const instance = instanceAt(createDirectoryStorage(directory));
  instance.endWindows();
  await dropped(instance, batch('add', 'last'));
  const all = await listDirectory(directory);
  const lines = filesOf(SEGMENT, all).map(([, content]) => linesOf(content));
  expect(lines.map(({ length }) => length)).toEqual([5_000, 2]);
  expect(lines.flat()).toEqual([...users, 'last'].map((user) => `${user}\tadd`));
  expect(all.size).toBe(2);
});
