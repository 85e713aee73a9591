import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { attempted } from '../../../../shared/destinations/file-drop/directory-failure.ts';
import { createDirectoryStorage } from '../../../../shared/destinations/file-drop/directory-storage.ts';
import { createFileDropDestination } from '../../../../shared/destinations/file-drop/file-drop-destination.ts';
import { fastTiming } from '../../../fakes/platforms/file-drop.ts';
import {
  startFakeCloudStorage,
  type FakeCloudStorage,
} from '../../../fakes/platforms/cloud-storage.ts';
import { batch } from './places.ts';

const USER = 'marker-4711';
const { sleep } = fastTiming(1_000);

let fake: FakeCloudStorage;
let directory: string;
beforeEach(async () => {
  fake = await startFakeCloudStorage('drops');
  directory = await mkdtemp(join(tmpdir(), 'file-drop-'));
});
afterEach(async () => {
  await fake.close();
  await rm(directory, { recursive: true });
});

function atBucket(bucket = 'drops', baseUrl = fake.url) {
  const options = { bucket, rollSeconds: 10 };
  return createFileDropDestination({ baseUrl, options }, { sleep });
}

function inDirectory(path: string) {
  return createFileDropDestination({ options: { directory: path, rollSeconds: 10 } }, { sleep });
}

describe('a bucket', () => {
  it.each([401, 403, 404, 400])('that answers %i wants an operator', async (status) => {
    fake.refuseAll(status);
    const result = await atBucket().apply(batch('add', USER));
    const reason = `Cloud Storage answered ${status}`;
    expect(result).toEqual({ kind: 'fault', status, reason });
  });

  it('that does not exist wants an operator', async () => {
    const result = await atBucket('other-bucket').apply(batch('add', USER));
    expect(result).toMatchObject({ kind: 'fault', status: 404 });
  });

  it.each(['unavailable', 'broken', 'reset'] as const)(
    'that is %s is tried again',
    async (mishap) => {
      fake.failNext(mishap);
      const result = await atBucket().apply(batch('add', USER));
      expect(result).toMatchObject({ kind: 'retry', tooFast: false });
      expect(JSON.stringify(result)).not.toContain(USER);
      expect(fake.calls).toEqual([]);
    },
  );

  it('that finds us too fast says so', async () => {
    fake.failNext('rate-limited');
    const asked = await atBucket().apply(batch('add', USER));
    expect(asked).toMatchObject({ kind: 'retry', retryAfterMs: 2_000, tooFast: false });
    fake.refuseAll(429);
    expect(await atBucket().apply(batch('add', USER))).toMatchObject({
      kind: 'retry',
      tooFast: true,
    });
  });

  it('that sends us elsewhere wants an operator, whoever answers there', async () => {
    fake.failNext('redirect');
    const sent = { kind: 'fault', status: 302 };
    expect(await atBucket().apply(batch('add', USER))).toMatchObject(sent);
    const other = await startFakeCloudStorage('other-bucket');
    const redirecting = createServer((_, response) => {
      response.writeHead(307, { location: `${other.url}/storage/v1/b/drops/o` }).end();
    });
    await new Promise<void>((resolve) => redirecting.listen(0, '127.0.0.1', resolve));
    const { port } = redirecting.address() as AddressInfo;
    const result = await atBucket('drops', `http://127.0.0.1:${port}`).apply(batch('add', USER));
    redirecting.close();
    await other.close();
    expect(result).toMatchObject(sent);
    expect(other.calls).toHaveLength(1);
  });

  it('that cannot be reached is tried again', async () => {
    const result = await atBucket('drops', 'http://127.0.0.1:9').apply(batch('add', USER));
    expect(result).toMatchObject({ kind: 'retry' });
  });
});

describe('a directory', () => {
  it('that is missing wants an operator, and is not made', async () => {
    const missing = join(directory, 'not-mounted');
    const result = await inDirectory(missing).apply(batch('add', USER));
    expect(result).toMatchObject({ kind: 'fault', status: 404 });
    expect(await inDirectory(missing).apply(batch('add', USER))).toEqual(result);
    expect(JSON.stringify(result)).not.toContain(directory);
    const listed = createDirectoryStorage(missing).list('parts/s/');
    await expect(listed).rejects.toMatchObject({ code: 'DESTINATION_MISCONFIGURED' });
  });

  it('that is none wants an operator', async () => {
    const file = join(directory, 'file');
    await writeFile(file, '');
    const result = await inDirectory(file).apply(batch('add', USER));
    expect(result).toMatchObject({ kind: 'fault', status: 404 });
  });

  it.each([
    ['EACCES', 'DESTINATION_MISCONFIGURED', 403],
    ['EROFS', 'DESTINATION_MISCONFIGURED', 403],
    ['ENOSPC', 'DESTINATION_MISCONFIGURED', 507],
    ['ENOTSUP', 'DESTINATION_MISCONFIGURED', 501],
    ['EIO', 'DESTINATION_UNAVAILABLE', undefined],
    ['EMFILE', 'DESTINATION_UNAVAILABLE', undefined],
  ])('that fails with %s is %s', async (code, expected, status) => {
    const failure = Object.assign(new Error(`${code}: ${directory}/${USER}`), { code });
    const attempt = attempted(() => Promise.reject(failure));
    await expect(attempt).rejects.toMatchObject({ code: expected });
    const error = (await attempt.catch((thrown: unknown) => thrown)) as Error & { details: object };
    expect(error.message).not.toContain(USER);
    expect(error.details).toEqual(
      status === undefined ? expect.anything() : expect.objectContaining({ status, fault: true }),
    );
  });

  it('does not hide our own mistakes', async () => {
    const mistake = new TypeError('ours');
    await expect(attempted(() => Promise.reject(mistake))).rejects.toBe(mistake);
  });
});
