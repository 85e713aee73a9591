import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { startPangolin } from '../../pangolin/pangolin.ts';
import type { Pangolin } from '../../pangolin/pangolin.ts';
import { settlesWithin } from '../../setup/machine-time.ts';
import { authorization } from './pangolin-client.ts';

const started: Pangolin[] = [];
afterEach(() => Promise.all(started.splice(0).map((pangolin) => pangolin.close())));

async function start(options?: { port: number }): Promise<Pangolin> {
  const pangolin = await startPangolin(options);
  started.push(pangolin);
  return pangolin;
}

/** Closes a Pangolin while an answer waits for its latency. */
const delayedAnswerProgram = `
  import { startPangolin } from '${new URL('../../pangolin/pangolin.ts', import.meta.url).href}';
  const pangolin = await startPangolin();
  const headers = { authorization: '${authorization}' };
  const body = '{"latencyMs":60000}';
  await fetch(pangolin.url + '/v1/faults', { method: 'PUT', headers, body });
  fetch(pangolin.url + '/v1/segment?title=One', { method: 'POST', headers }).catch(() => {});
  await new Promise((resolve) => setTimeout(resolve, 100));
  await pangolin.close();
`;

describe('startPangolin', () => {
  it('listens on a free port of this machine', async () => {
    const [first, second] = await Promise.all([start(), start()]);
    expect(first.url).toBe(`http://127.0.0.1:${first.port}`);
    expect(second.port).not.toBe(first.port);
    expect((await fetch(second.url)).status).toBe(200);
  });

  it('listens on the port it is given, and says so when that is in use', async () => {
    const first = await start();
    const { port } = first;
    await expect(start({ port })).rejects.toThrow(
      `Pangolin cannot listen on 127.0.0.1:${port}: the port is in use.`,
    );
    await first.close();
    const again = await start({ port });
    expect(again.port).toBe(port);
  });

  it('gives every Pangolin its own segments', async () => {
    const [first, second] = await Promise.all([start(), start()]);
    const headers = { authorization };
    await fetch(`${first.url}/v1/segment?title=One`, { method: 'POST', headers });
    const listed = await fetch(`${second.url}/v1/segments`, { headers });
    expect(await listed.json()).toEqual([]);
  });
});

describe('close', () => {
  it('ends idle and half-sent connections', async () => {
    const pangolin = await start();
    const idle = connect(pangolin.port, '127.0.0.1').on('error', () => undefined);
    const halfSent = connect(pangolin.port, '127.0.0.1').on('error', () => undefined);
    await Promise.all([once(idle, 'connect'), once(halfSent, 'connect')]);
    halfSent.write('POST /v1/segment HTTP/1.1\r\nhost: x\r\ncontent-length: 10\r\n\r\n[');
    await (await fetch(pangolin.url)).text();

    const ended = Promise.all([once(idle, 'close'), once(halfSent, 'close')]);
    const closed = Promise.all([pangolin.close(), ended]);
    expect(await settlesWithin(closed, 2_000)).toBe(true);
    await closed;
    await expect(fetch(pangolin.url)).rejects.toThrow();
  });

  it('does not wait for delayed answers', async () => {
    const pangolin = await start();
    const headers = { authorization };
    const body = JSON.stringify({ latencyMs: 60_000 });
    await fetch(`${pangolin.url}/v1/faults`, { method: 'PUT', headers, body });
    const delayed = fetch(`${pangolin.url}/v1/segment?title=One`, { method: 'POST', headers });
    const rejection = expect(delayed).rejects.toThrow();
    await new Promise((resolve) => setTimeout(resolve, 100));

    const closed = Promise.all([pangolin.close(), rejection]);
    expect(await settlesWithin(closed, 2_000)).toBe(true);
    await closed;
  });

  it('leaves nothing behind that keeps the process alive', async () => {
    const child = spawn(process.execPath, ['--input-type=module', '--eval', delayedAnswerProgram], {
      stdio: 'ignore',
    });
    const timer = setTimeout(() => child.kill(), 240_000);
    const [exitCode] = (await once(child, 'exit')) as unknown[];
    clearTimeout(timer);
    expect(exitCode).toBe(0);
  });

  it('may be called twice', async () => {
    const pangolin = await start();
    await Promise.all([pangolin.close(), pangolin.close()]);
    await pangolin.close();
  });
});
