/**
 * `npm run build`: a folder per function in dist/ that deploys without an install: the bundle, the
 * functions framework and a lock file of it. docs/decisions/0019 says why it is made this way.
 *
 *     node scripts/build.ts [folder] [--budget file] [--by-package]
 */
import { chmodSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { budgetTable, overBudget, readBudget, sizeOf, type Size } from './bundles/budget.ts';
import { bundleFunction } from './bundles/bundle-function.ts';
import { FRAMEWORK, readFramework } from './bundles/framework.ts';
import { lockFor, manifestFor, readOwnManifest } from './bundles/manifest.ts';

const FUNCTIONS = ['intake', 'forward', 'user-sync'];

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    budget: { type: 'string', default: 'bundle-budget.json' },
    'by-package': { type: 'boolean', default: false },
  },
});
const [folder = 'dist'] = positionals;
const own = readOwnManifest(readFileSync('package.json', 'utf8'));
const framework = readFramework(readFileSync('package-lock.json', 'utf8'));

const sizes: Size[] = [];
for (const name of FUNCTIONS) {
  const { files, startFiles, bytesByPackage } = await bundleFunction(`functions/${name}/index.ts`);
  const manifest = manifestFor(name, own, FRAMEWORK);
  const deployed = new Map([
    ...files,
    ['package.json', asJson(manifest)],
    ['package-lock.json', asJson(lockFor(manifest, framework.packages))],
    ...framework.files,
  ]);
  rmSync(join(folder, name), { recursive: true, force: true });
  for (const [path, contents] of deployed) write(join(folder, name, path), contents);

  sizes.push(
    sizeOf(name, codeOf(files)),
    sizeOf(
      `${name} at start`,
      startFiles.map((file) => files.get(file) ?? new Uint8Array()),
    ),
  );
  if (values['by-package']) printPackages(name, bytesByPackage);
}
sizes.push(sizeOf('node_modules', [...framework.files.values()]));

const budget = readBudget(readFileSync(values.budget, 'utf8'));
console.log(budgetTable(sizes, budget));
const problems = overBudget(sizes, budget);
for (const problem of problems) console.error(problem);
if (problems.length > 0) process.exitCode = 1;

function asJson(value: unknown): Uint8Array {
  return Buffer.from(`${JSON.stringify(value, null, 2)}\n`);
}

/** With the same mode whatever the umask: an archive's name comes from all that is in it. */
function write(file: string, contents: Uint8Array): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, contents);
  chmodSync(file, 0o644);
}

function printPackages(name: string, bytesByPackage: ReadonlyMap<string, number>): void {
  console.log(name);
  for (const [packageName, bytes] of bytesByPackage) {
    console.log(`${String(Math.ceil(bytes / 1000)).padStart(8)} kB  ${packageName}`);
  }
}

function codeOf(files: ReadonlyMap<string, Uint8Array>): Uint8Array[] {
  return [...files].flatMap(([file, contents]) => (file.endsWith('.mjs') ? [contents] : []));
}
