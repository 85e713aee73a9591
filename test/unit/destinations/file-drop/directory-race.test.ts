import type * as FileSystem from 'node:fs/promises';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, jest } from '@jest/globals';

const real = jest.requireActual<typeof FileSystem>('node:fs/promises');
let beforeRename: (() => Promise<unknown>) | undefined;

jest.unstable_mockModule('node:fs/promises', () => ({
  ...real,
  rename: async (from: string, to: string) => {
    const before = beforeRename;
    beforeRename = undefined;
    await before?.();
    return real.rename(from, to);
  },
}));
const { createDirectoryStorage } =
  await import('../../../../shared/destinations/file-drop/directory-storage.ts');

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'file-drop-'));
});
afterEach(() => rm(directory, { recursive: true }));

it('a notice put up between the look at another and its removal is put back', async () => {
  const [one, other] = [createDirectoryStorage(directory), createDirectoryStorage(directory)];
  const first = await one.post('n', 'first');
  if (first === undefined) throw new Error('Nobody put it up.');
  let second: unknown;
  beforeRename = async () => {
    await other.takeDown(first);
    second = await other.post('n', 'second');
  };
  expect(await one.takeDown(first)).toBe(false);
  expect(second).toMatchObject({ text: 'second' });
  expect(await one.look('n')).toEqual(second);
});
