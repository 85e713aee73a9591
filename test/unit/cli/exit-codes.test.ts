import type { Server } from 'node:http';
import { afterEach, expect, test } from '@jest/globals';
import { createOperatorApi } from '../../../cli/local-stack/operator-api.ts';
import { listenLocally } from '../../../shared/http/listen.ts';
import { createLogger } from '../../../shared/logger.ts';
import {
  operationsFixture,
  type FixtureOptions,
  type OperationsFixture,
} from '../dead-letters/operations-fixture.ts';
import { at, AUDIENCE, letter } from '../dead-letters/sample-letters.ts';
import { runCli } from './run-cli.ts';

let server: Server;
afterEach(() => {
  server.close();
});

/** A fixture, and the command line on it. */
async function serve(options: FixtureOptions = {}) {
  const fixture = operationsFixture(options);
  const log = createLogger('silent');
  const api = createOperatorApi({ operations: fixture.operations, secret: 'local-secret', log });
  const served = await listenLocally(api, 0);
  server = served.server;
  const run = (line: string) =>
    runCli(['dead-letters', ...line.split(' '), '--local', `${served.url}/`]);
  return { fixture, run };
}

async function giveUncertain({ give, deadMembers }: OperationsFixture): Promise<void> {
  await deadMembers.recordDead(AUDIENCE, { at: at('08:00:00') });
  await deadMembers.recordDelivered(AUDIENCE, { at: at('09:00:00') });
  await give(letter('08:00:00', ['add:a'], { reason: 'retry-window-ended' }));
}

test('0: done, and nothing to be done', async () => {
  const { fixture, run } = await serve();
  expect(await run('replay')).toMatchObject({ code: 0, stdout: 'No dead letter matches.\n' });
  await fixture.give(letter('08:00:00', ['add:a']));
  const { code, stdout, stderr } = await run('replay');
  expect(code).toBe(0);
  expect(stdout).toContain('Replayed: 1 dead letter, 1 member.');
  expect(stderr).toBe('');
});

test('0: what no replay can ever bring back is told, and is no failure', async () => {
  const { fixture, run } = await serve();
  await fixture.give(letter('08:00:00', ['add:a'], { truncated: true }));
  const { code, stdout } = await run('replay');
  expect(code).toBe(0);
  expect(stdout).toContain('Kept, truncated: 1 dead letter');
});

test('1: uncertain letters stay; with --include-uncertain they go', async () => {
  const { fixture, run } = await serve();
  await giveUncertain(fixture);
  expect((await run('replay --dry-run')).code).toBe(0);
  const { code, stdout } = await run('replay');
  expect(code).toBe(1);
  expect(stdout).toContain('--include-uncertain');
  expect((await run('replay --include-uncertain')).code).toBe(0);
  expect(fixture.queued()).toEqual([['add:a']]);
});

test('1: a failing publish, with what was done', async () => {
  const { fixture, run } = await serve({ publishes: 1 });
  await fixture.give(letter('08:00:00', ['add:a']), letter('09:00:00', ['add:b']));
  const { code, stdout, stderr } = await run('replay --json');
  expect(code).toBe(1);
  expect(JSON.parse(stdout)).toMatchObject({
    replayed: [{ letters: 1 }],
    failure: { code: 'QUEUE_UNAVAILABLE' },
  });
  expect(stderr).toBe('{"progress":{"done":1,"total":2}}\n');
});

test.each(['replay', 'purge --yes'])(
  '1: %s of more letters than a session takes, until there are no more',
  async (line) => {
    const { fixture, run } = await serve({ limits: { maxLetters: 1, maxBytes: 1e6 } });
    await fixture.give(letter('08:00:00', ['add:a']), letter('09:00:00', ['add:b']));
    expect((await run('list')).code).toBe(0);
    const first = await run(line);
    expect(first.code).toBe(1);
    expect(first.stdout).toContain('run the command again');
    expect((await run(line)).code).toBe(0);
    expect(await fixture.left()).toEqual([]);
  },
);

test('2: a purge that nobody confirms purges nothing', async () => {
  const { fixture, run } = await serve();
  const ids = await fixture.give(letter('08:00:00', ['add:a']));
  expect((await run('purge --reason member-rejected')).code).toBe(2);
  expect((await run('purge --dry-run')).code).toBe(0);
  expect(await fixture.left()).toEqual(ids);
});
