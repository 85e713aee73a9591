import { expect, test } from '@jest/globals';
import { startLocalStack } from '../../../cli/local-stack/local-stack.ts';
import { readConfig } from '../../../shared/config.ts';
import { createLogger } from '../../../shared/logger.ts';

/** The warnings of a start. */
async function warningsOf(variables: Readonly<Record<string, string>>) {
  const lines: Readonly<Record<string, unknown>>[] = [];
  const write = (line: string) => lines.push(JSON.parse(line) as Record<string, unknown>);
  const config = readConfig('localStack', { PORT: '0', PANGOLIN_PORT: '0', ...variables });
  const stack = await startLocalStack(config, createLogger('info', { write }));
  await stack.stop();
  return lines.filter(({ severity }) => severity === 'WARNING');
}

test('PUBLISH_INTERVAL_MS, which has no effect any more, is one warning at start', async () => {
  expect(await warningsOf({})).toEqual([]);
  expect(await warningsOf({ PUBLISH_INTERVAL_MS: '200' })).toMatchObject([
    { event: 'setting_ignored', variable: 'PUBLISH_INTERVAL_MS' },
  ]);
});
