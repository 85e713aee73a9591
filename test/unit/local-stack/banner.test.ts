import { execFile } from 'node:child_process';
import { afterEach, expect, test } from '@jest/globals';
import { banner } from '../../../cli/local-stack/banner.ts';
import { environment, readConfig } from '../../../shared/config.ts';
import { startTestStack, type TestStack } from '../cli/stack/test-stack.ts';

let relay: TestStack | undefined;
afterEach(() => relay?.stack.stop());

/** Runs a command in a shell that knows nothing of how the stack was started. */
function paste(command: string): Promise<string> {
  const { PATH } = environment;
  return new Promise((resolve) => {
    execFile('sh', ['-c', command], { env: { PATH } }, (_error, stdout) => {
      resolve(stdout);
    });
  });
}

test.each([
  ['without Basic Auth', {}],
  ['with Basic Auth', { HMAC_SECRETS: "it's a secret", BASIC_AUTH: 'mapp:it\'s a "$HOME"' }],
])('%s, its curls work when they are pasted', async (_, settings) => {
  relay = await startTestStack(settings);
  const text = banner(readConfig('localStack', settings), relay.stack);
  const curls = text.match(/^curl -i .*$/gm) ?? [];
  expect(curls).toHaveLength(2);
  for (const curl of curls) expect(await paste(curl)).toMatch(/^HTTP\/1\.1 200 /);
  const [segments = ''] = /^curl -u .*$/m.exec(text) ?? [];
  expect(JSON.parse(await paste(`${segments} -s`))).toMatchObject([{ title: 'Test audience' }]);
});
