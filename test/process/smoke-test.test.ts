import { execFile } from 'node:child_process';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, test } from '@jest/globals';
import { childEnvironment } from '../setup/child-environment.ts';
import { freePort } from '../setup/emulators.ts';
import { intakeForEachTest, SECRET } from '../unit/intake/intake-fixture.ts';

let server: Server | undefined;
afterEach(() => {
  server?.close();
});

/** Something that answers every request in the same way. */
async function answering(status: number, html = ''): Promise<string> {
  const always = createServer((_request, response) => {
    response.writeHead(status, { 'Content-Type': 'text/html; charset=UTF-8' }).end(html);
  });
  server = always;
  await new Promise<void>((resolve) => always.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(always.address() as AddressInfo).port}/`;
}

function smokeTest(url: string, variables: Record<string, string> = {}) {
  const env = childEnvironment(variables);
  return new Promise<{ code: unknown; stdout: string; stderr: string }>((resolve) => {
    const options = ['scripts/smoke-test.ts', url, '1'];
    execFile(process.execPath, options, { env }, (error, stdout, stderr) => {
      resolve({ code: error?.code ?? 0, stdout, stderr });
    });
  });
}

describe('the smoke test after a deployment', () => {
  const startIntake = intakeForEachTest();
  const publishesNothing = () => Promise.reject(new Error('a smoke test publishes nothing'));

  test('passes at an intake, without its secret', async () => {
    const { url } = await startIntake(publishesNothing);
    const { code, stdout } = await smokeTest(url);
    expect(stdout).toBe(
      'ok    GET, as VALIDATE may come: 200\nok    VALIDATE with a wrong signature: 401\n',
    );
    expect(code).toBe(0);
  });

  test('plays the signed VALIDATE too where it is given the secret', async () => {
    const { url } = await startIntake(publishesNothing);
    const { code, stdout } = await smokeTest(url, { HMAC_SECRETS: SECRET });
    expect(stdout).toContain('ok    VALIDATE, signed: 200');
    expect(code).toBe(0);
  });

  test.each([
    [200, /FAIL {2}VALIDATE with a wrong signature: 200, not 401: intake takes anything!/],
    [503, /FAIL {2}VALIDATE with a wrong signature: 503, not 401: .* cannot read its secret/],
    [403, /FAIL {2}GET, as VALIDATE may come: 403, not 200 or 401: .* may allUsers invoke it/],
  ])('fails where everything is answered %i, and says what to look at', async (status, text) => {
    const { code, stdout } = await smokeTest(await answering(status));
    expect(stdout).toMatch(text);
    expect(code).toBe(1);
  });

  test("Google's own page of a 403 is told as 403, with what to do, at every check", async () => {
    const page = '<html><head><title>403 Forbidden</title></head><body>Forbidden</body></html>';
    const { code, stdout } = await smokeTest(await answering(403, page), { HMAC_SECRETS: SECRET });
    const told = / 403, not (200|401|200 or 401): .* may allUsers invoke it \(intake\.tf\)\?$/;
    const lines = stdout.trimEnd().split('\n');
    expect(lines.map((line) => told.test(line))).toEqual([true, true, true]);
    expect(stdout).not.toMatch(/JSON|<html>/);
    expect(code).toBe(1);
  });

  test('says where nothing answers', async () => {
    const { code, stdout } = await smokeTest(`http://127.0.0.1:${await freePort()}`);
    expect(stdout).toMatch(
      /^FAIL {2}GET, .*: no answer \(ECONNREFUSED\), not .* is the function deployed/,
    );
    expect(code).toBe(1);
  });

  test('a wrong password is told, and a wrong secret', async () => {
    const variables = { HMAC_SECRETS: 'another-secret', BASIC_AUTH: 'mapp:password' };
    const { code, stdout } = await smokeTest(await answering(401), variables);
    expect(stdout).toMatch(/^FAIL {2}GET, .*: 401, not 200: is BASIC_AUTH the newest/);
    expect(stdout).toMatch(/^FAIL {2}VALIDATE, signed: 401, not 200: is HMAC_SECRETS the newest/m);
    expect(code).toBe(1);
  });

  test('takes no URL but one that keeps what is sent to itself', async () => {
    const { code, stderr } = await smokeTest('http://example.com/');
    expect(stderr).toMatch(/^Usage: /);
    expect(code).toBe(2);
  });
});
