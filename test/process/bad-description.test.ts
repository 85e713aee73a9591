import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import pangolin from '../../shared/destinations/http/platforms/pangolin.json' with { type: 'json' };
import { childEnvironment } from '../setup/child-environment.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'audience-relay-'));
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

const BAD = {
  ...pangolin,
  id: 'mine',
  colour: 'blue',
  baseUrl: 'http://api.example.com',
  limits: {},
  add: { ...pangolin.add, member: { userid: '{{usr}}' } },
};

/** What `npm start` writes before it gives up. */
function start(variables: Record<string, string>): Promise<{ code: unknown; stderr: string }> {
  const env = childEnvironment({ PORT: '0', PANGOLIN_PORT: '0', ...variables });
  return new Promise((resolve) => {
    execFile(process.execPath, ['cli/start.ts'], { env, timeout: 240_000 }, (error, _, stderr) => {
      resolve({ code: error?.code, stderr });
    });
  });
}

describe('a bad description is refused at start, all problems in one message', () => {
  test.each(['in a file', 'in the variable'])('%s', async (where) => {
    const file = join(folder, 'mine.json');
    writeFileSync(file, JSON.stringify(BAD));
    const DESTINATION_DESCRIPTION = where === 'in a file' ? file : JSON.stringify(BAD);
    const { code, stderr } = await start({ DESTINATION_DESCRIPTION });
    const source = where === 'in a file' ? file : 'DESTINATION_DESCRIPTION';
    expect(code).toBe(1);
    const problems = stderr.split('\n').filter((line) => line.startsWith('  - '));
    expect(problems).toEqual([
      `  - ${source} at baseUrl: must be an https URL (http on loopback only) without credentials, query or fragment`,
      `  - ${source} at limits.membersPerCall: is missing`,
      `  - ${source} at the top: unknown: colour`,
      expect.stringContaining(
        `${source} at add.member: {{usr}} has no value here; use segment, user`,
      ),
    ]);
  });
});

test('a description whose id is not what DESTINATION names is refused, with both', async () => {
  const DESTINATION_DESCRIPTION = JSON.stringify({ ...pangolin, id: 'mine' });
  const { code, stderr } = await start({ DESTINATION: 'other', DESTINATION_DESCRIPTION });
  expect(code).toBe(1);
  expect(stderr).toContain(
    'DESTINATION: is "other", but DESTINATION_DESCRIPTION has the id "mine"',
  );
});
