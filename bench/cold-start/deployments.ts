import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deployBundle } from '../../test/process/bundle-deployment.ts';

const FUNCTIONS = ['intake', 'forward', 'user-sync'];
const EMPTY = `import { http } from '@google-cloud/functions-framework';
http('empty', (request, response) => {
  response.status(200).end();
});
`;

export interface Deployments {
  /** Folders by function: intake, forward, user-sync and `empty`, a function that does nothing. */
  readonly folders: Readonly<Record<string, string>>;
  remove(): void;
}

/** Builds the bundles of a checkout and deploys them to folders of their own. */
export function deployAll(checkout: string): Deployments {
  const top = mkdtempSync(join(tmpdir(), 'audience-relay-bench-'));
  const built = join(top, 'dist');
  execFileSync(process.execPath, ['scripts/build.ts', built], { cwd: checkout, stdio: 'pipe' });
  const deployed = FUNCTIONS.map((name) => [name, deployBundle(join(built, name))] as const);
  const folders = Object.fromEntries(deployed.map(([name, { folder }]) => [name, folder]));

  const empty = join(top, 'empty');
  const modules = join(folders['intake'] ?? '', 'node_modules');
  cpSync(modules, join(empty, 'node_modules'), { recursive: true, verbatimSymlinks: true });
  writeFileSync(join(empty, 'index.js'), EMPTY);
  const manifest = { name: 'empty', private: true, type: 'module', main: 'index.js' };
  writeFileSync(join(empty, 'package.json'), JSON.stringify(manifest));
  return {
    folders: { ...folders, empty },
    remove: () => {
      for (const [, deployment] of deployed) deployment.remove();
      rmSync(top, { recursive: true });
    },
  };
}
