import { execFile } from 'node:child_process';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { freePort } from '../setup/emulators.ts';
import { startChild, type Child } from './child.ts';
import { expectCleanEnd } from './sigterm.contract.ts';

describe('npm start', () => {
  let child: Child;
  let url: string;
  beforeEach(async () => {
    const [port, pangolinPort] = [await freePort(), await freePort()];
    url = `http://127.0.0.1:${port}`;
    const variables = { PORT: String(port), PANGOLIN_PORT: String(pangolinPort) };
    child = await startChild(['npm', 'start'], variables, { url: `${url}/healthz` });
  });
  afterEach(() => {
    child.kill();
  });

  const runInShell = (command: string) =>
    new Promise<string>((resolve) => {
      execFile('sh', ['-c', command], (_error, stdout) => {
        resolve(stdout);
      });
    });

  test('the curls it prints are answered 200, and 401 once their body is tampered with', async () => {
    const curls = child.output().match(/^curl -i .*$/gm) ?? [];
    expect(curls).toHaveLength(2);
    for (const curl of curls) {
      expect(await runInShell(curl)).toMatch(/^HTTP\/1\.1 200 /);
      expect(await runInShell(curl.replace('"Customer":123', '"Customer":124'))).toMatch(
        /^HTTP\/1\.1 401 /,
      );
    }
  });

  test('SIGTERM under load finishes the requests in flight and leaves nothing behind', async () => {
    await expectCleanEnd(child, url);
  });

  test('Ctrl-C ends it too', async () => {
    await child.pressControlC();
    // npm passes the signal on, so that the program gets it twice.
    expect(child.output().match(/"event":"drain_finished"/g)).toHaveLength(1);
    expect(child.groupIsAlive()).toBe(false);
  });
});
