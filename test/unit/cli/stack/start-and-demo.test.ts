import { afterEach, expect, test } from '@jest/globals';
import { startChild, type Child } from '../../../process/child.ts';
import { freePort } from '../../../setup/emulators.ts';
import { runCli } from '../run-cli.ts';

let child: Child | undefined;
afterEach(() => child?.kill());

async function start() {
  const [port, pangolinPort] = [await freePort(), await freePort()];
  const variables = { PORT: String(port), PANGOLIN_PORT: String(pangolinPort) };
  const command = [process.execPath, 'cli/audience-relay.ts', 'start'];
  const url = `http://127.0.0.1:${port}`;
  child = await startChild(command, variables, { url: `${url}/healthz` });
  return { child, url, variables };
}

test('start: a relay that the other commands find, until Ctrl-C; 0', async () => {
  const { child, url, variables } = await start();
  expect(child.output()).toContain(`intake      ${url}/`);
  expect((await runCli(['dmp', 'validate'], variables)).code).toBe(0);
  expect((await runCli(['audiences', 'list'], variables)).code).toBe(0);
  expect(await child.pressControlC()).toBe(0);
});

test('start, 1: a port in use, with what to do', async () => {
  const { variables } = await start();
  const { code, stdout, stderr } = await runCli(['start'], { ...variables, PANGOLIN_PORT: '0' });
  expect([code, stdout]).toEqual([1, '']);
  expect(stderr).toContain('Set PORT and PANGOLIN_PORT to free ports');
});

test('start, 1: a wrong setting is named', async () => {
  const { code, stderr } = await runCli(['start'], { PORT: 'http' });
  expect(code).toBe(1);
  expect(stderr).toContain('PORT: must be a port');
});

test('demo, 0: the members are exactly the expected ones', async () => {
  const { code, stdout } = await runCli(['demo']);
  expect(code).toBe(0);
  expect(stdout).toContain("OK: the segment's 900 members are exactly the expected ones.");
});

test('demo, 1: a wrong setting is named', async () => {
  const { code, stderr } = await runCli(['demo'], { HMAC_SECRETS: ',' });
  expect(code).toBe(1);
  expect(stderr).toContain('HMAC_SECRETS: write at least one secret');
});

test.each(['start now', 'demo now', 'start --port 1'])('2: %s', async (line) => {
  const { code, stderr } = await runCli(line.split(' '));
  expect(code).toBe(2);
  expect(stderr).toContain('--help');
});
