import { afterAll, beforeAll, describe, expect, it, test } from '@jest/globals';
import { nodeFinding } from '../../../../cli/doctor/local/node-check.ts';
import { startLocalStack, type LocalStack } from '../../../../cli/local-stack/local-stack.ts';
import { readConfig, type Environment } from '../../../../shared/config.ts';
import { createLogger } from '../../../../shared/logger.ts';
import { startFakeServer, type FakeServer } from '../../../fakes/platforms/fake-server.ts';
import { freePort } from '../../../setup/emulators.ts';
import { runCli } from '../run-cli.ts';

const SECRETS = { HMAC_SECRETS: 'newest-marker,older-marker', BASIC_AUTH: 'mapp:basic-marker' };

let stack: LocalStack;
let variables: Environment;
beforeAll(async () => {
  const free = { PORT: '0', PANGOLIN_PORT: '0', ...SECRETS };
  stack = await startLocalStack(readConfig('localStack', free), createLogger('silent'));
  const portOf = (url: string) => new URL(url).port;
  variables = {
    ...SECRETS,
    PORT: portOf(stack.intakeUrl),
    PANGOLIN_PORT: portOf(stack.pangolinUrl),
  };
});
afterAll(() => stack.stop());

async function doctor(changes: Environment = {}, ...args: string[]) {
  const { code, stdout, stderr } = await runCli(['doctor', ...args], { ...variables, ...changes });
  expect(stdout + stderr).not.toContain('marker');
  return { code, stdout, stderr };
}

/** The lines of the report: mark and name of each, and what follows it. */
async function told(changes: Environment = {}, ...args: string[]) {
  const { code, stdout } = await doctor(changes, '--json', ...args);
  const { checks } = JSON.parse(stdout) as {
    checks: { name: string; status: string; text: string; advice: string[] }[];
  };
  const lines = Object.fromEntries(checks.map(({ name, status }) => [name, status]));
  const of = (name: string) => {
    const line = checks.find((check) => check.name === name);
    return `${line?.text ?? ''} ${line?.advice.join(' ') ?? ''}`;
  };
  return { code, lines, of };
}

const READY = {
  configuration: 'ok',
  Node: 'ok',
  'local stack': 'ok',
  intake: 'ok',
  'signed call': 'ok',
  'wrong signature': 'ok',
  'destination pangolin': 'ok',
};

test('a running stack has nothing but ok', async () => {
  const { code, stdout, stderr } = await doctor();
  expect([code, stderr]).toEqual([0, '']);
  expect(stdout).toMatch(
    /^Local stack at http:\/\/127\.0\.0\.1:\d+:\n\nok {4}configuration .*\nok {4}Node /,
  );
  expect(stdout).toMatch(/\nNothing failed: 7 ok, 0 to look at, 0 failed, 0 skipped\.\n$/);
  expect((await told()).lines).toEqual(READY);
});

test('--local is the local stack there, whatever the environment says', async () => {
  const changes = { PORT: '1', DEAD_LETTER_SUBSCRIPTION: 'relay-dead-letters' };
  const { code, lines } = await told(changes, '--local', `${stack.intakeUrl}/`);
  expect([code, lines]).toEqual([0, READY]);
});

test('a stack that is not there fails with how to start it; the rest is skipped', async () => {
  const { code, lines, of } = await told({ PORT: String(await freePort()) });
  expect(code).toBe(1);
  expect(lines).toEqual({
    ...READY,
    'local stack': 'fail',
    intake: 'skip',
    'signed call': 'skip',
    'wrong signature': 'skip',
    'destination pangolin': 'skip',
  });
  expect(of('local stack')).toMatch(/ECONNREFUSED.*npm start/);
});

describe('another secret', () => {
  it('fails at the signed call, with which variable to set', async () => {
    const { code, lines, of } = await told({ HMAC_SECRETS: 'other-marker' });
    expect([code, lines]).toEqual([1, { ...READY, 'signed call': 'fail' }]);
    expect(of('signed call')).toMatch(/is refused.*Set HMAC_SECRETS/);
  });

  it('of Basic Auth fails at intake', async () => {
    const { code, lines, of } = await told({ BASIC_AUTH: '' });
    expect(code).toBe(1);
    expect(lines).toMatchObject({
      intake: 'fail',
      'signed call': 'skip',
      'wrong signature': 'skip',
    });
    expect(of('intake')).toMatch(/demands Basic Auth.*Set BASIC_AUTH/);
  });

  it('of the destination fails there', async () => {
    const { code, lines, of } = await told({ DESTINATION_CREDENTIALS: 'pangolin:wrong-marker' });
    expect([code, lines]).toEqual([1, { ...READY, 'destination pangolin': 'fail' }]);
    expect(of('destination pangolin')).toMatch(/answered 401.*DESTINATION_CREDENTIALS/);
  });
});

describe('destinations', () => {
  it('have a line each; those that cannot be asked are skipped with what to do instead', async () => {
    const changes = {
      DESTINATION: 'moloco,pangolin',
      DESTINATION_OPTIONS: '{"platformId":"P"}',
      DESTINATION_CREDENTIALS: 'key-marker',
    };
    const { code, lines, of } = await told(changes);
    expect(of('configuration')).toContain('all variables are valid');
    expect(code).toBe(0);
    expect(lines).toMatchObject({ 'destination moloco': 'skip', 'destination pangolin': 'ok' });
    expect(of('destination moloco')).toContain('`destination try`');
  });

  it('elsewhere are asked, though the stack is not there', async () => {
    const platform = await startFakeServer(({ headers }) => ({
      status: headers.authorization === `Basic ${btoa('user:pass-marker')}` ? 200 : 401,
    }));
    const changes = {
      PORT: String(await freePort()),
      DESTINATION_BASE_URL: platform.url,
      DESTINATION_CREDENTIALS: 'user:pass-marker',
    };
    try {
      expect((await told(changes)).lines).toMatchObject({ 'destination pangolin': 'ok' });
    } finally {
      await platform.close();
    }
  });
});

describe('something else at that port', () => {
  let server: FakeServer;
  beforeAll(async () => {
    server = await startFakeServer(() => ({ status: 404, body: 'hello' }));
  });
  afterAll(() => server.close());

  it('is told as such, and is sent no secret', async () => {
    const { lines, of } = await told({}, '--local', server.url);
    expect(lines).toMatchObject({ 'local stack': 'fail', intake: 'skip', 'signed call': 'skip' });
    expect(of('local stack')).toContain('that is no local stack');
    expect(server.calls.map(({ path, headers }) => [path, headers.authorization])).toEqual([
      ['/healthz', undefined],
    ]);
  });
});

describe('wrong configuration exits with 2', () => {
  it('and every problem is told at once', async () => {
    const { code, stdout } = await doctor({
      PORT: 'http',
      BASIC_AUTH: 'no-colon-marker',
      DESTINATION_OPTIONS: '[1]',
    });
    expect(code).toBe(2);
    expect(stdout).toMatch(
      /FAIL {2}configuration .*\n +-> DESTINATION_OPTIONS: .*\n +-> PORT: .*\n +-> BASIC_AUTH: .*\n/,
    );
    expect(stdout).toMatch(/\nskip {2}signed call +the configuration is invalid\n/);
  });

  it('so is what the destination misses', async () => {
    const { code, stdout } = await doctor({ DESTINATION: 'moloco', DESTINATION_OPTIONS: '' });
    expect(code).toBe(2);
    expect(stdout).toContain('-> DESTINATION_OPTIONS.platformId');
    expect(stdout).toContain('-> DESTINATION_CREDENTIALS: moloco needs them');
  });

  it.each([
    [['--local', 'http://example.com'], {}, '--local: write it as http://127.0.0.1:8080'],
    [[], { PORT: '0' }, 'give --local'],
    [['--nonsense'], {}, "unknown option '--nonsense'"],
  ])('%j with %j', async (args, changes, text) => {
    const { code, stdout, stderr } = await doctor(changes, ...args);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain(text);
  });
});

test('--help tells with examples, and documents the lines and exit codes', async () => {
  const { code, stdout } = await doctor({}, '--help');
  expect(code).toBe(0);
  expect(stdout).toMatch(/\nExamples:\n {2}audience-relay doctor\n/);
  expect(stdout).toMatch(/\nLines:\n {2}ok .*\n {2}warn .*\n {2}FAIL .*\n {2}skip /);
  expect(stdout).toMatch(/\nExit codes:\n {2}0 .*\n {2}1 .*\n {2}2 /);
});

test.each([
  ['24.0.0', 'ok'],
  ['26.1.0', 'ok'],
  ['22.18.0', 'warn'],
])('Node %s is %s', (version, status) => {
  expect(nodeFinding(version).status).toBe(status);
});
