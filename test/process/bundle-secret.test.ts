import { execFile, execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, expect, test } from '@jest/globals';
import { startSecretManager, type FakeSecretManager } from '../fakes/secret-manager.ts';

const run = promisify(execFile);
const folder = mkdtempSync(join(tmpdir(), 'audience-relay-'));
let fake: FakeSecretManager | undefined;
afterEach(() => {
  fake?.close();
  rmSync(folder, { recursive: true });
});

/** Bundles as the functions are: esbuild does not run inside of jest. */
const BUNDLE = `
  import { writeFileSync } from 'node:fs';
  import { bundleFunction } from './scripts/bundles/bundle-function.ts';
  const { files } = await bundleFunction('test/process/read-secret.ts');
  writeFileSync(process.argv[1], files.get('index.js'));
`;

test('a bundle reads secrets from Secret Manager without what was left out of it', async () => {
  const bundle = join(folder, 'read-secret.mjs');
  execFileSync(process.execPath, ['--input-type=module', '-e', BUNDLE, bundle]);
  fake = await startSecretManager('older', 'schlüssel-€');
  const { port = 0 } = fake.clientOptions;
  const options = { cwd: folder, env: { METADATA_SERVER_DETECTION: 'none' } };
  const { stdout } = await run(process.execPath, [bundle, String(port), fake.secret], options);
  expect(JSON.parse(stdout)).toEqual(['schlüssel-€', 'older']);
});
