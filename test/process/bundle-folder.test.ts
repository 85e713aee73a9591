import { hash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { build } from 'esbuild';
import { buildBundles, deployBundle, type Deployment } from './bundle-deployment.ts';

const BUILT = 'artifacts/bundles-folder';
/** Named by what is in it: the same code gives the same name. */
const CHUNK = /^[\w-]+-[0-9A-Z]{8}\.mjs$/;
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

  test('holds the code with its maps, the manifest, the lock file and packages, and nothing else', () => {
    const all = readdirSync(folder).sort();
    const code = all.filter((file) => file.endsWith('.mjs'));
    expect(code.filter((file) => !CHUNK.test(file))).toEqual(['index.mjs']);
    const maps = code.map((file) => `${file}.map`);
    const manifests = ['package-lock.json', 'package.json'];
    expect(all).toEqual([...code, ...maps, ...manifests, 'node_modules'].sort());
    const typesOrMaps = [...files.keys()].filter((file) => /\.([cm]?ts|[cm]?js\.map)$/.test(file));
    expect(typesOrMaps).toEqual(maps);
  });

  test('names no path of this machine and no registry', () => {
    const named = [...files].filter(([, text]) => text.includes(`${resolve('.')}/`));
    expect(named.map(([file]) => file)).toEqual([]);
    expect(files.get('package-lock.json')).not.toMatch(/"resolved"|https?:\/\/registry/);
    const maps = [...files].filter(([file]) => file.endsWith('.mjs.map'));
    const sources = maps.flatMap(([, map]) => (JSON.parse(map) as { sources: string[] }).sources);
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
    expect(digestsOf(elsewhere)).toEqual(digestsOf(BUILT));
  } finally {
    rmSync(elsewhere, { recursive: true });
  }
});

/** A digest of each file: a difference is told by the files' names. */
function digestsOf(folder: string): Record<string, string> {
  const files = [...filesIn(folder)];
  return Object.fromEntries(files.map(([path, text]) => [path, hash('sha256', text)]));
}

/** The files below a folder and what they hold, in a fixed order. */
function filesIn(folder: string): Map<string, string> {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  const paths = entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1));
  return new Map(paths.sort().map((path) => [path, readFileSync(join(folder, path), 'latin1')]));
}
