import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { build } from 'esbuild';
import { buildBundles, deployBundle, type Deployment } from './bundle-deployment.ts';

const BUILT = 'artifacts/bundles-folder';
const FRAMEWORK = './node_modules/@google-cloud/functions-framework/build/src';

beforeAll(() => {
  buildBundles(BUILT);
});

describe.each(['intake', 'forward', 'user-sync'])('the folder that is deployed as %s', (name) => {
  const folder = `${BUILT}/${name}`;
  let files: ReadonlyMap<string, string>;
  beforeAll(() => {
    files = filesIn(folder);
  });

  test('holds the bundle, its map, the manifest, the lock file and packages, and nothing else', () => {
    const lockAndMap = ['index.js', 'index.js.map', 'package-lock.json', 'package.json'];
    expect(readdirSync(folder).sort()).toEqual([...lockAndMap, 'node_modules'].sort());
    const typesOrMaps = [...files.keys()].filter((file) => /\.([cm]?ts|js\.map)$/.test(file));
    expect(typesOrMaps).toEqual(['index.js.map']);
  });

  test('names no path of this machine and no registry', () => {
    const named = [...files].filter(([, text]) => text.includes(`${resolve('.')}/`));
    expect(named.map(([file]) => file)).toEqual([]);
    expect(files.get('package-lock.json')).not.toMatch(/"resolved"|https?:\/\/registry/);
    const { sources } = JSON.parse(files.get('index.js.map') ?? '') as { sources: string[] };
    expect(sources).toContain(`functions/${name}/index.ts`);
    expect(sources.filter((source) => /^[./]/.test(source))).toEqual([]);
  });
});

describe('the packages beside a bundle', () => {
  let deployment: Deployment;
  beforeAll(() => {
    deployment = deployBundle(`${BUILT}/user-sync`);
  });
  afterAll(() => {
    deployment.remove();
  });

  test('are whole for npm, without a network, and agree with the lock file', () => {
    deployment.npm('ls', '--all');
    deployment.npm('ci', '--dry-run');
    deployment.npm('install', '--package-lock-only');
    const lock = readFileSync(join(deployment.folder, 'package-lock.json'), 'utf8');
    expect(lock).toBe(readFileSync(`${BUILT}/user-sync/package-lock.json`, 'utf8'));
  });

  test('have every module that the framework can load', async () => {
    const { metafile } = await build({
      absWorkingDir: deployment.folder,
      entryPoints: ['main.js', 'index.js'].map((file) => `${FRAMEWORK}/${file}`),
      outdir: 'unused',
      bundle: true,
      platform: 'node',
      write: false,
      metafile: true,
      logLevel: 'silent',
    });
    expect(Object.keys(metafile.inputs).length).toBeGreaterThan(100);
  });
});

test('the same sources give the same bytes, wherever they are built to', () => {
  const elsewhere = mkdtempSync(join(tmpdir(), 'audience-relay-'));
  try {
    buildBundles(elsewhere);
    expect([...filesIn(elsewhere)]).toEqual([...filesIn(BUILT)]);
  } finally {
    rmSync(elsewhere, { recursive: true });
  }
});

/** The files below a folder and what they hold, in a fixed order. */
function filesIn(folder: string): Map<string, string> {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  const paths = entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1));
  return new Map(paths.sort().map((path) => [path, readFileSync(join(folder, path), 'latin1')]));
}
