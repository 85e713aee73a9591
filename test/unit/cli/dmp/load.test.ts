import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { plannedRequest, type LoadPlan } from '../../../../cli/dmp/load-plan.ts';
import { isFlawless, loadReport, loadText } from '../../../../cli/dmp/load-report.ts';
import { runLoad } from '../../../../cli/dmp/run-load.ts';
import { percentile } from '../../../../cli/percentile.ts';
import { listenLocally } from '../../../../shared/http/listen.ts';
import { eventually } from '../../../setup/eventually.ts';
import { startCli } from '../stack/started-cli.ts';
import { startTestStack, type TestStack } from '../stack/test-stack.ts';

const PLAN: LoadPlan = {
  rate: 100,
  durationSeconds: 1,
  audiences: 2,
  users: 5,
  batch: 2,
  removeShare: 0.25,
  prefix: 'load',
};

describe('dmp load', () => {
  let relay: TestStack;
  beforeAll(async () => {
    relay = await startTestStack();
  });
  afterAll(() => relay.stack.stop());

  test('0: creates the audiences, sends at the rate and sums up', async () => {
    const line = 'dmp load --rate 20 --duration 2 --audiences 2 --users 50 --batch 50 --json';
    const { code, stdout, stderr } = await relay.cli(line.split(' '));
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      requests: 40,
      statuses: { 200: 40 },
      notSent: 0,
      accepted: 2_000,
      rejected: 0,
      latencyMs: { p50: expect.any(Number), max: expect.any(Number) },
    });
    expect(stderr).toContain('"total":40');
    await eventually(async () => {
      const members = { members: 50 };
      expect(await relay.pangolin.segments()).toMatchObject([members, members]);
    });
  });

  test('0: as a table', async () => {
    const { code, stdout } = await relay.cli('dmp load --rate 5 --duration 1'.split(' '));
    expect(code).toBe(0);
    expect(stdout).toMatch(/^requests +5\nanswered 200 +5\naccepted mutations +500\n/m);
    for (const rank of ['p50', 'p90', 'p99', 'max']) expect(stdout).toContain(`answer ${rank}, ms`);
  });

  test('1: a wrong secret is told before any load', async () => {
    const { code, stdout, stderr } = await relay.cli(['dmp', 'load', '--secret', 'wrong']);
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toContain('answered 401');
  });

  test('1: Ctrl-C ends it early, with the numbers so far', async () => {
    const args = 'dmp load --rate 50 --duration 600 --json'.split(' ');
    const started = startCli(args, relay.variables);
    await started.says('"done":');
    started.interrupt();
    const { code, stdout, stderr } = await started.ended;
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({ statuses: { 200: expect.any(Number) } });
    expect(stderr).toContain('Stopped before the last request.');
  });

  test.each([
    [['--url', 'https://relay.invalid', '--secret', 's'], '--yes-load-a-real-relay'],
    [['--rate', '2001'], 'from 1 to 2000'],
    [['--duration', '601'], 'from 1 to 600'],
    [['--remove-share', '1.1'], '0 to 1'],
    [['--remove-share', 'x'], '0 to 1'],
  ])('2: dmp load %j says %j and sends nothing', async (args, text) => {
    const { code, stdout, stderr } = await relay.cli(['dmp', 'load', ...args]);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain(text);
  });

  test('1: a relay that answers otherwise is counted by its answers', async () => {
    let calls = 0;
    const { server, url } = await listenLocally((request, response) => {
      request.resume();
      calls += 1;
      if (request.url?.includes('CREATE') === true) response.end();
      else if (calls % 2 === 0) response.destroy();
      else response.writeHead(503).end('{"error":"busy"}');
      return Promise.resolve();
    }, 0);
    const line = `dmp load --rate 10 --duration 1 --json --url ${url}`;
    const { code, stdout } = await relay.cli(line.split(' '));
    server.close();
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({
      requests: 10,
      statuses: { 503: 5, none: 5 },
      accepted: 0,
    });
  });
});

test('requests take turns over the audiences and users, and no request holds a user twice', () => {
  const requests = Array.from({ length: 8 }, (_, index) => plannedRequest(PLAN, index));
  expect(requests.map(({ audience }) => audience).slice(0, 4)).toEqual([
    'load-1',
    'load-2',
    'load-1',
    'load-2',
  ]);
  const numbers = requests.map(({ users }) => users.map((user) => user.replace('load-user-', '')));
  expect(numbers.filter((_, index) => index % 2 === 0)).toEqual([
    ['1', '2'],
    ['3', '4'],
    ['5', '1'],
    ['2', '3'],
  ]);
  const removals = requests.flatMap(({ type }, index) =>
    type === 'REMOVE_FROM_AUDIENCE' ? [index] : [],
  );
  expect(removals).toEqual([5, 6]);
  expect(plannedRequest({ ...PLAN, batch: 100 }, 0).users).toHaveLength(5);
});

test.each([
  [10, 0.1],
  [4, 0.25],
  [2, 0.5],
])('each of %d audiences has its share of removals, %d', (audiences, removeShare) => {
  const plan = { ...PLAN, audiences, removeShare };
  const requests = Array.from({ length: audiences * 20 }, (_, index) =>
    plannedRequest(plan, index),
  );
  for (const audience of new Set(requests.map((request) => request.audience))) {
    const own = requests.filter((request) => request.audience === audience);
    const removals = own.filter(({ type }) => type === 'REMOVE_FROM_AUDIENCE');
    expect({ audience, share: removals.length / own.length }).toEqual({
      audience,
      share: removeShare,
    });
  }
});

test('a relay that answers nothing for a while does not lower the rate', async () => {
  const held = Promise.withResolvers<undefined>();
  let sent = 0;
  const result = await runLoad(PLAN, {
    send: async () => {
      sent += 1;
      if (sent === 100) held.resolve(undefined);
      await held.promise;
      const headers = new Headers();
      const body = '{"accepted":2,"rejected":1}';
      const answer = { kind: 'answered', status: 200, headers, body, isWhole: true } as const;
      return { ...answer, retryAfterMs: undefined, durationMs: 1 };
    },
    stop: new AbortController().signal,
    onProgress: () => undefined,
  });
  expect(result).toMatchObject({ accepted: 200, rejected: 100, notSent: 0 });
});

describe('the report', () => {
  const result = {
    statuses: new Map<number | 'none', number>([
      [200, 3],
      ['none', 1],
    ]),
    notSent: 2,
    accepted: 300,
    rejected: 1,
    durationMs: 2_000,
    latenciesMs: Float64Array.from([1, 2, 4]),
    latestMs: 250,
  };

  test('says what was not answered, not sent and late', () => {
    const report = loadReport(result);
    expect(report).toMatchObject({ requests: 4, acceptedPerSecond: 150 });
    expect(report.latencyMs).toEqual({ p50: 2, p90: 4, p99: 4, max: 4 });
    const text = loadText(report);
    for (const part of [/no answer +1/, /not sent +2/, /set aside +1/, /250 ms late/, /--rate/]) {
      expect(text).toMatch(part);
    }
  });

  test('is flawless only if all was sent and answered 200', () => {
    const flawless = { ...result, statuses: new Map([[200, 3]]), notSent: 0 };
    expect(isFlawless(loadReport(flawless))).toBe(true);
    expect(isFlawless(loadReport({ ...flawless, notSent: 1 }))).toBe(false);
    expect(isFlawless(loadReport({ ...flawless, statuses: result.statuses }))).toBe(false);
  });
});

test.each([
  [[], 0.5, 0],
  [[7], 0.99, 7],
  [[1, 2, 3, 4], 0.5, 2],
  [[1, 2, 3, 4], 0.51, 3],
  [[1, 2, 3, 4], 1, 4],
])('of %j the percentile %d is %d', (values, rank, expected) => {
  expect(percentile(values, rank)).toBe(expected);
});
