import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startLocalStack, type LocalStack } from '../../../cli/local-stack/local-stack.ts';
import { readConfig } from '../../../shared/config.ts';
import { createLogger } from '../../../shared/logger.ts';
import { HOSTILE_OUTS } from './hostile-outs.ts';
import { browse, OUT, startSync, type SyncServer } from './sync-server.ts';

const nowhere = { status: 400, location: undefined, cookie: undefined };
/** Neither a browser nor Node puts these into a request as they are. */
const UNSENDABLE = /[^!-\u00ff]/;
const encoded = HOSTILE_OUTS.map(([trick, out]) => [trick, encodeURIComponent(out)] as const);
const raw = HOSTILE_OUTS.filter(([, out]) => !UNSENDABLE.test(out));

it('there are forty tricks and more, no two the same', () => {
  const values = new Set(HOSTILE_OUTS.map(([, out]) => out));
  expect(values.size).toBe(HOSTILE_OUTS.length);
  expect(values.size).toBeGreaterThanOrEqual(40);
  expect(raw.length).toBeGreaterThanOrEqual(40);
});

describe('at the handler, a hostile out is refused', () => {
  let server: SyncServer;
  beforeAll(async () => {
    server = await startSync();
  });
  afterAll(() => server.close());

  it.each(encoded)('encoded (%s)', async (_, out) => {
    expect(await server.sync(`/sync?out=${out}`)).toMatchObject(nowhere);
  });

  it.each(raw)('as it is (%s)', async (_, out) => {
    expect(await server.sync(`/sync?out=${out}`)).toMatchObject(nowhere);
  });

  it.each(encoded)('from a browser that is known (%s)', async (_, out) => {
    const cookie = `audience_relay_id=${'0'.repeat(32)}`;
    expect(await server.sync(`/sync?gdpr=0&out=${out}`, { cookie })).toMatchObject(nowhere);
  });
});

describe('at the local server, a hostile out is refused', () => {
  let stack: LocalStack;
  beforeAll(async () => {
    const config = readConfig('localStack', { PORT: '0', PANGOLIN_PORT: '0' });
    stack = await startLocalStack(config, createLogger('silent'));
  });
  afterAll(() => stack.stop());

  it.each([
    ...encoded.map(([trick, out]) => [`${trick}, encoded`, out] as const),
    ...raw.map(([trick, out]) => [`${trick}, as it is`, out] as const),
  ])('(%s)', async (_, out) => {
    expect(await browse(`${stack.intakeUrl}/sync?out=${out}`)).toMatchObject(nowhere);
  });

  it('while one of Mapp is not', async () => {
    const answer = await browse(`${stack.intakeUrl}/sync?out=${OUT}`);
    expect(answer.status).toBe(302);
    expect(answer.location).toMatch(/userid=[0-9a-f]{32}&pl=99999&plsec=verysecure$/);
  });
});
