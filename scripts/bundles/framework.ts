import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { z } from 'zod';
import { closureOf, readLock, type LockedPackages } from './closure.ts';

export const FRAMEWORK = '@google-cloud/functions-framework';

/** Folders at the top of a package, and files, that nothing loads. */
const NEVER_RUN =
  /^(\.|(tests?|spec|examples?|benchmark|docs?)\/)|\.([cm]?ts|map|md|markdown|flow|html)$/;
const LICENSE = /(^|\/)(licen[cs]e|notice|copying|authors)[^/]*$/i;

export interface Framework {
  /** As package-lock.json has them, by their paths. */
  readonly packages: LockedPackages;
  /** By their paths below the function's folder. */
  readonly files: ReadonlyMap<string, Uint8Array>;
}

/**
 * The functions framework and all it needs, as installed here: its files unchanged, without those
 * that never run. Packages of types keep their package.json, so that npm finds the tree whole.
 */
export function readFramework(lockText: string): Framework {
  const packages = closureOf(FRAMEWORK, readLock(lockText));
  const files = Object.entries(packages).flatMap(([path, { version }]) => {
    requireVersion(path, version);
    return filesOf(path).map(
      (file) => [`${path}/${file}`, readFileSync(join(path, file))] as const,
    );
  });
  return { packages, files: new Map(files) };
}

function requireVersion(path: string, locked: string): void {
  const text = readFileSync(join(path, 'package.json'), 'utf8');
  const { version } = z.object({ version: z.string() }).parse(JSON.parse(text));
  if (version === locked) return;
  throw new Error(`${path} is ${version}, package-lock.json says ${locked}: run npm ci.`);
}

/** Sorted: the same packages give the same bytes on every machine. */
function filesOf(path: string): string[] {
  return readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(path, join(entry.parentPath, entry.name)).replaceAll(sep, '/'))
    .filter((file) => !file.startsWith('node_modules/'))
    .filter((file) => LICENSE.test(file) || !NEVER_RUN.test(file))
    .sort();
}
