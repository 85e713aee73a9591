import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import description from '../../../../shared/destinations/http/platforms/pangolin.json' with { type: 'json' };
import { startPangolin, type Pangolin } from '../../../pangolin/pangolin.ts';
import { runCli } from '../run-cli.ts';

let pangolin: Pangolin;
beforeEach(async () => {
  pangolin = await startPangolin();
});
afterEach(() => pangolin.close());

const run = (...args: string[]) =>
  runCli(['destination', ...args], {
    DESTINATION_BASE_URL: pangolin.url,
    DESTINATION_CREDENTIALS: 'pangolin:pangolin',
  });

async function ask(path: string, call: RequestInit = {}): Promise<unknown> {
  const headers = { authorization: `Basic ${btoa('pangolin:pangolin')}` };
  return (await fetch(`${pangolin.url}${path}`, { headers, ...call })).json();
}

describe('destination try', () => {
  it('creates, adds and removes one member, and shows each request and answer', async () => {
    const ran = await run('try', 'pangolin', '--user', 'u-1', '--title', 'Try & me');
    expect([ran.code, ran.stderr]).toEqual([0, '']);
    const lines = ran.stdout.split('\n');
    expect(lines).toEqual([
      'create:',
      `  > POST ${pangolin.url}/v1/segment?title=Try+%26+me`,
      '  > authorization: [hidden]',
      '  < 200',
      expect.stringMatching(/^ {2}< \{"status":"OK","created":true,"segment_id":\d+\}$/),
      expect.stringMatching(/^ {2}the segment is \d+$/),
      'add:',
      `  > POST ${pangolin.url}/v1/segment`,
      '  > authorization: [hidden]',
      '  > content-type: application/json',
      expect.stringMatching(/^ {2}> \[\{"segment":\d+,"userid":"u-1"\}\]$/),
      '  < 200',
      expect.stringMatching(/^ {2}</),
      '  the member is delivered',
      'remove:',
      `  > DELETE ${pangolin.url}/v1/segment`,
      '  > authorization: [hidden]',
      '  > content-type: application/json',
      expect.stringMatching(/^ {2}> \[\{"segment":\d+,"userid":"u-1"\}\]$/),
      '  < 200',
      expect.stringMatching(/^ {2}</),
      '  the member is delivered',
      '',
      'OK: pangolin created a segment and took a member. Delete the segment "Try & me" there if you do not want it.',
      '',
    ]);
    expect(await ask('/v1/stats')).toMatchObject({ creates: 1, adds: 1, removes: 1 });
  });

  it('--dry-run shows the calls, and makes none', async () => {
    const ran = await run('try', 'pangolin-one-by-one', '--dry-run', '--user', 'a b');
    expect([ran.code, ran.stderr]).toEqual([0, '']);
    expect(ran.stdout).toContain(`  > POST ${pangolin.url}/v1/segment?title=Audience+Relay+test\n`);
    expect(ran.stdout).toContain(`  > DELETE ${pangolin.url}/v1/segment?id=12345&userid=a+b\n`);
    expect(ran.stdout).toContain('Nothing was sent. Without --dry-run, these 3 calls are made.');
    expect(ran.stdout).not.toContain('delivered');
    expect(await ask('/v1/stats')).toMatchObject({ calls: 0 });
  });

  it('says what the platform did not do, and what to compare', async () => {
    const body = JSON.stringify({ refuseUsers: ['u-1'] });
    const headers = { authorization: `Basic ${btoa('pangolin:pangolin')}` };
    await fetch(`${pangolin.url}/v1/faults`, { method: 'PUT', body, headers });
    const ran = await run('try', 'pangolin', '--user', 'u-1');
    expect(ran.code).toBe(1);
    expect(ran.stdout).toContain('  < 400\n');
    expect(ran.stderr).toContain('pangolin did not add the member: rejected (answered 400)');
  });

  it.each([
    [['try', 'nobody'], {}, /DESTINATION: "nobody" is unknown; use one of pangolin/],
    [
      ['try', 'pangolin'],
      { DESTINATION_CREDENTIALS: '' },
      /DESTINATION_CREDENTIALS: pangolin needs/,
    ],
    [['try', 'pangolin'], { DESTINATION_OPTIONS: '[1]' }, /DESTINATION_OPTIONS: /],
    [['try', 'pangolin'], { DESTINATION_BASE_URL: 'http://example.com' }, /DESTINATION_BASE_URL: /],
    [['try'], {}, /missing required argument/],
  ])('%j with %j is refused with 2', async (args, variables, problem) => {
    const ran = await runCli(['destination', ...args], {
      DESTINATION_CREDENTIALS: 'pangolin:pangolin',
      ...variables,
    });
    expect(ran.code).toBe(2);
    expect(ran.stderr).toMatch(problem);
  });
});

describe('destination check', () => {
  it('tells what the relay will do by a description', async () => {
    const ran = await run('check', 'pangolin');
    expect([ran.code, ran.stderr]).toEqual([0, '']);
    expect(ran.stdout).toContain('pangolin describes pangolin; nothing is wrong with it.');
    expect(ran.stdout).toMatch(/^one call +1000 members of 1000 segment\(s\) at most$/m);
  });

  it('writes the capabilities as JSON', async () => {
    const ran = await run('check', 'pangolin-one-by-one', '--json');
    expect(JSON.parse(ran.stdout)).toMatchObject({
      id: 'pangolin-one-by-one',
      capabilities: { maxMembersPerCall: 1, removal: 'native' },
    });
  });

  it('of a file that is not there says so', async () => {
    const ran = await run('check', 'no-such-file.json');
    expect([ran.code, ran.stdout]).toEqual([1, '']);
    expect(ran.stderr).toContain('no-such-file.json: cannot be read');
  });

  it('calls nobody', async () => {
    await run('check', 'pangolin');
    expect(await ask('/v1/stats')).toMatchObject({ calls: 0 });
  });
});

describe('a segment that takes members later', () => {
  const folder = mkdtempSync(join(tmpdir(), 'audience-relay-'));
  afterAll(() => {
    rmSync(folder, { recursive: true });
  });

  it.each([
    [[], true],
    [['--no-wait'], false],
  ])('is waited for, unless it is said not to: %j', async (flags, waits) => {
    const file = join(folder, 'slow.json');
    const create = { ...description.create, readyAfterSeconds: 0.4 };
    writeFileSync(file, JSON.stringify({ ...description, create }));
    const { code, stdout } = await run('try', file, ...flags);
    expect(code).toBe(0);
    expect(stdout.includes('it takes members in 0.4 s: waiting')).toBe(waits);
  });
});
