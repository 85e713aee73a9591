import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { freePort } from '../../../setup/emulators.ts';
import { startTestStack, type TestStack } from '../stack/test-stack.ts';

let relay: TestStack;
beforeAll(async () => {
  relay = await startTestStack({ RETURN_SEGMENT_ID: 'true', BASIC_AUTH: 'mapp:basic-marker' });
});
afterAll(() => relay.stack.stop());

const dmp = (...args: string[]) => relay.cli(['dmp', ...args]);

describe('dmp validate', () => {
  test('0: both ways are answered 200', async () => {
    const { code, stdout, stderr } = await dmp('validate');
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/^METHOD +STATUS +MS +TEXT\nGET +200 +\d+\nPOST +200 +\d+\n$/);
  });

  test('--json says the same', async () => {
    const { code, stdout } = await dmp('validate', '--json');
    const ok = { status: 200, durationMs: expect.any(Number) };
    expect([code, JSON.parse(stdout)]).toEqual([0, { get: ok, post: ok }]);
  });

  test("1: a wrong secret fails the signed one, with intake's words and what to check", async () => {
    const { code, stdout, stderr } = await dmp('validate', '--secret', 'wrong');
    expect(code).toBe(1);
    expect(stdout).toMatch(/\nGET +200 .*\nPOST +401 .*signature/);
    expect(stderr).toContain('answered 401: X-HMAC');
    expect(stderr).toContain('HMAC_SECRETS');
  });

  test('1: a wrong password fails both', async () => {
    const changes = { BASIC_AUTH: 'mapp:wrong' };
    const { code, stdout } = await relay.cli(['dmp', 'validate', '--json'], changes);
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({ get: { status: 401 }, post: { status: 401 } });
  });

  test('1: where no relay is, how to get one', async () => {
    const url = `http://127.0.0.1:${await freePort()}`;
    const { code, stderr } = await dmp('validate', '--url', url);
    expect(code).toBe(1);
    expect(stderr).toContain(`No relay at ${url}: no answer (ECONNREFUSED).`);
    expect(stderr).toContain('npm start');
  });
});

describe('dmp create', () => {
  test('0: says the id that comes back; the segment bears the name', async () => {
    const { code, stdout, stderr } = await dmp('create', 'a.1', '--name', "Ann's VIPs");
    const [segment] = await relay.pangolin.segments();
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toBe(
      `Audience a.1 is stored.\nIts segment is ${segment?.segment_id ?? 'missing'}.\n`,
    );
    expect(segment?.title).toBe("Ann's VIPs");
    const again = await dmp('create', 'a.1', '--name', "Ann's VIPs", '--json');
    expect(JSON.parse(again.stdout)).toEqual({ status: 200, id: String(segment?.segment_id) });
  });

  test('1: what the platform refuses, with the reason a person reads in the DMP', async () => {
    await relay.pangolin.setFaults({ refuseTitles: ['Bad title'] });
    const { code, stdout, stderr } = await dmp('create', 'a.2', '--name', 'Bad title');
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(/^The platform refused the audience: .+\nOnce .* create it again\.\n$/);
    const json = await dmp('create', 'a.3', '--name', 'Bad title', '--json');
    expect(json.code).toBe(1);
    expect(JSON.parse(json.stdout)).toEqual({ status: 422, error: expect.any(String) });
    await relay.pangolin.endFaults();
  });

  test('2: without a name', async () => {
    const { code, stderr } = await dmp('create', 'a.4');
    expect(code).toBe(2);
    expect(stderr).toContain('--name');
  });

  test('1: what intake refuses, by the field', async () => {
    const { code, stderr } = await dmp('create', 'x'.repeat(257), '--name', 'Long id');
    expect(code).toBe(1);
    expect(stderr).toContain('answered 400: Audience: is longer than 256 characters');
  });
});
