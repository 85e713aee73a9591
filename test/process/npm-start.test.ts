import { execFile } from 'node:child_process';
import { afterEach, describe, expect, test } from '@jest/globals';
import { createDmpClient } from '../../cli/dmp/dmp-client.ts';
import type { Environment } from '../../shared/config.ts';
import { describeWithEmulators } from '../setup/describe-with-emulators.ts';
import { emulatorVariables } from '../setup/emulator-variables.ts';
import { freePort } from '../setup/emulators.ts';
import { UNHURRIED } from '../setup/unhurried.ts';
import { startChild, type Child } from './child.ts';
import { expectCleanEnd } from './sigterm.contract.ts';

let child: Child | undefined;
afterEach(() => child?.kill());

async function npmStart(variables: Environment = {}): Promise<{ child: Child; url: string }> {
  const [port, pangolinPort] = [await freePort(), await freePort()];
  const url = `http://127.0.0.1:${port}`;
  const ports = { PORT: String(port), PANGOLIN_PORT: String(pangolinPort) };
  child = await startChild(
    ['npm', 'start'],
    { ...UNHURRIED, ...ports, ...variables },
    { url: `${url}/healthz` },
  );
  return { child, url };
}

describe('npm start', () => {
  const runInShell = (command: string) =>
    new Promise<string>((resolve) => {
      execFile('sh', ['-c', command], (_error, stdout) => {
        resolve(stdout);
      });
    });

  test('the curls it prints are answered 200, and 401 once their body is tampered with', async () => {
    const { child } = await npmStart();
    const curls = child.output().match(/^curl -i .*$/gm) ?? [];
    expect(curls).toHaveLength(2);
    for (const curl of curls) {
      expect(await runInShell(curl)).toMatch(/^HTTP\/1\.1 200 /);
      const tampered = curl.replace('"Customer":123', '"Customer":124');
      expect(await runInShell(tampered)).toMatch(/^HTTP\/1\.1 401 /);
    }
  });

  test('SIGTERM under load finishes the requests in flight and leaves nothing behind', async () => {
    const { child, url } = await npmStart();
    await expectCleanEnd(child, url);
  });

  test('Ctrl-C ends it too', async () => {
    const { child } = await npmStart();
    await child.pressControlC();
    // npm passes the signal on, so that the program gets it twice.
    expect(child.output().match(/"event":"drain_finished"/g)).toHaveLength(1);
    expect(child.groupIsAlive()).toBe(false);
  });

  test('a port in use is told, with what to do, and it ends with code 1', async () => {
    const { url } = await npmStart();
    const variables = `PORT=${new URL(url).port} PANGOLIN_PORT=0`;
    const output = await runInShell(`${variables} timeout 240 npm start 2>&1; echo "code $?"`);
    expect(output).toMatch(/EADDRINUSE.*\nSet PORT and PANGOLIN_PORT[^]*code 1\n$/);
  });
});

describeWithEmulators("npm start on Google's emulators", () => {
  test('SIGTERM under load finishes the requests in flight and leaves nothing behind', async () => {
    const { child, url } = await npmStart(emulatorVariables());
    const dmp = createDmpClient({ url, secret: 'local-secret' });
    for (let index = 0; index < 3; index += 1) await dmp.createAudience(`a.${index}`, `A ${index}`);
    await expectCleanEnd(child, url);
  });
});
