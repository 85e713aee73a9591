import { readdirSync, readFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { buildBundles } from './bundle-deployment.ts';

const BUILT = 'artifacts/bundles-start-files';
/** Google's clients and what they stand on. The framework is beside the bundle. */
const OF_GOOGLE = /^(@google-cloud\/|@grpc\/|google-|protobufjs$|gaxios$|gcp-metadata$)/;
/** Clients that no function needs: publishing and secrets go over REST. */
const UNUSED = /^@google-cloud\/(pubsub|secret-manager)/;
const STORAGE = ['@google-cloud/storage', 'teeny-request'];

beforeAll(() => {
  buildBundles(BUILT);
});

describe('what a start reads', () => {
  test('of intake and user sync is no gRPC, no Firestore and nothing else of Google', () => {
    for (const name of ['intake', 'user-sync']) {
      const atStart = packagesIn(name, startFiles(name));
      expect(atStart).toContain('zod');
      expect(atStart.filter((one) => OF_GOOGLE.test(one))).toEqual([]);
    }
    const onDemand = ['@google-cloud/firestore', '@grpc/grpc-js', 'google-gax', 'protobufjs'];
    expect(packagesIn('intake', codeFiles('intake'))).toEqual(expect.arrayContaining(onDemand));
  });

  test('of forward is Firestore, not Cloud Storage, which few destinations need', () => {
    const atStart = packagesIn('forward', startFiles('forward'));
    expect(atStart).toContain('@google-cloud/firestore');
    expect(atStart.filter((one) => STORAGE.includes(one))).toEqual([]);
    const all = packagesIn('forward', codeFiles('forward'));
    expect(all).toEqual(expect.arrayContaining(STORAGE));
  });

  test.each(['intake', 'user-sync'])("requires Node's modules in %s, importing none", (name) => {
    const imported = startFiles(name).flatMap((file) => importsIn(`${BUILT}/${name}/${file}`));
    const foreign = imported.filter((specifier) => !specifier.startsWith('./'));
    // The first two are those that make `require`.
    const allowed = ['node:module', 'node:url', '@google-cloud/functions-framework'];
    expect([...new Set(foreign)].sort()).toEqual(allowed.sort());
  });
});

describe.each(['intake', 'forward', 'user-sync'])('the code of %s', (name) => {
  test("has neither Pub/Sub's nor Secret Manager's client", () => {
    const all = packagesIn(name, codeFiles(name));
    expect(all.filter((one) => UNUSED.test(one))).toEqual([]);
  });

  test('has every file that one of its files loads', () => {
    const files = codeFiles(name);
    const loaded = files.flatMap((file) => [
      ...readFileSync(`${BUILT}/${name}/${file}`, 'utf8').matchAll(/"\.\/([\w-]+\.mjs)"/g),
    ]);
    expect(loaded.filter(([, file = '']) => !files.includes(file))).toEqual([]);
  });
});

function codeFiles(name: string): string[] {
  return readdirSync(`${BUILT}/${name}`).filter((file) => file.endsWith('.mjs'));
}

/** index.mjs, and what it imports at once. */
function startFiles(name: string): string[] {
  const found = new Set(['index.mjs']);
  for (const file of found) {
    for (const specifier of importsIn(`${BUILT}/${name}/${file}`)) {
      if (specifier.startsWith('./')) found.add(specifier.slice(2));
    }
  }
  return [...found];
}

/** What the import statements of a bundled file name; esbuild writes them first in their lines. */
function importsIn(file: string): string[] {
  const text = readFileSync(file, 'utf8');
  const statements = text.matchAll(/(?:^|;)import(?:[\w$*{},\s]+from)?\s*["']([^"']+)["']/gm);
  return [...statements].map(([, specifier = '']) => specifier);
}

/** The packages whose code stands in these files, by their source maps. */
function packagesIn(name: string, files: readonly string[]): string[] {
  const sources = files.flatMap((file) => {
    const map = readFileSync(`${BUILT}/${name}/${file}.map`, 'utf8');
    return (JSON.parse(map) as { sources: string[] }).sources;
  });
  const packages = sources.flatMap(
    (source) => /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(source)?.[1] ?? [],
  );
  return [...new Set(packages)];
}
