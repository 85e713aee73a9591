import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathWithThisNode } from './path-with-this-node.ts';

/** Builds the bundles into a folder of the test's own: test files run side by side. */
export function buildBundles(folder: string): void {
  execFileSync(process.execPath, ['scripts/build.ts', folder], { stdio: 'pipe' });
}

export interface Deployment {
  /** Where the function's files are: a folder outside the repository, with nothing else in it. */
  readonly folder: string;
  npm(...args: readonly string[]): string;
  remove(): void;
}

/**
 * Copies a function's folder to an empty one, and does there what Google's build does with vendored
 * packages: npm links their commands, and Node checks the syntax.
 */
export function deployBundle(source: string): Deployment {
  const top = mkdtempSync(join(tmpdir(), 'audience-relay-'));
  const folder = join(top, 'workspace');
  cpSync(source, folder, { recursive: true });
  const env = {
    PATH: pathWithThisNode(),
    HOME: top,
    npm_config_cache: join(top, 'npm'),
    npm_config_update_notifier: 'false',
    // Nobody answers there: npm must find all it needs in the folder.
    npm_config_registry: 'http://127.0.0.1:9/',
    npm_config_fetch_retries: '0',
  };
  const run = (file: string, args: readonly string[]): string =>
    execFileSync(file, args, { cwd: folder, env, encoding: 'utf8', stdio: 'pipe' });
  run('npm', ['rebuild']);
  const { main } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as {
    main: string;
  };
  run('node', ['--check', main]);
  return {
    folder,
    npm: (...args) => run('npm', args),
    remove: () => {
      rmSync(top, { recursive: true });
    },
  };
}
