import { expect, test } from '@jest/globals';
import { isPangolin, startPangolins } from '../../../cli/local-stack/pangolins.ts';
import { startPangolin } from '../../pangolin/pangolin.ts';
import { freePort } from '../../setup/emulators.ts';

const portOf = (url: string | undefined) => Number(new URL(url ?? '').port);

/** A port that is free, as the one after it is. */
async function twoFreePorts(): Promise<number> {
  for (;;) {
    const port = await freePort();
    const next = await startPangolin({ port: port + 1 }).catch(() => undefined);
    await next?.close();
    if (next !== undefined) return port;
  }
}

test('each destination has its own, on the ports that follow the first', async () => {
  const port = await twoFreePorts();
  const pangolins = await startPangolins(['a', 'b'], port);
  expect([...pangolins.urls].map(([id, url]) => [id, portOf(url)])).toEqual([
    ['a', port],
    ['b', port + 1],
  ]);
  expect(pangolins.firstUrl).toBe(pangolins.urls.get('a'));
  for (const url of pangolins.urls.values()) expect((await fetch(url)).status).toBe(200);
  await pangolins.close();
  for (const url of pangolins.urls.values()) await expect(fetch(url)).rejects.toThrow();
});

test('port 0 takes free ones', async () => {
  const pangolins = await startPangolins(['a', 'b', 'c'], 0);
  const ports = new Set([...pangolins.urls.values()].map(portOf));
  expect(ports.size).toBe(3);
  await pangolins.close();
});

test('there is one to look at where no destination needs any', async () => {
  const pangolins = await startPangolins([], 0);
  expect(pangolins.urls.size).toBe(0);
  expect((await fetch(pangolins.firstUrl)).status).toBe(200);
  await pangolins.close();
});

test('when a port is in use, none is left running', async () => {
  const port = await twoFreePorts();
  const other = await startPangolin({ port: port + 1 });
  await expect(startPangolins(['a', 'b'], port)).rejects.toThrow('in use');
  await expect(fetch(`http://127.0.0.1:${port}`)).rejects.toThrow();
  await other.close();
});

test.each([
  ['pangolin', true],
  ['pangolin-one-by-one', true],
  ['pangolins', false],
  ['rokt', false],
  ['my-pangolin', false],
])('whether %s is Pangolin: %s', (id, expected) => {
  expect(isPangolin(id)).toBe(expected);
});
