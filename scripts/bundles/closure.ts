import { z } from 'zod';

const names = z.record(z.string(), z.unknown()).exactOptional();
const lockedPackage = z.looseObject({
  version: z.string(),
  dependencies: names,
  optionalDependencies: names,
  peerDependencies: names,
  peerDependenciesMeta: z
    .record(z.string(), z.looseObject({ optional: z.boolean().exactOptional() }))
    .exactOptional(),
});
type LockedPackage = z.infer<typeof lockedPackage>;
/** Checked, and left as it is: npm keeps the order of its fields. */
const asLocked = z.custom<LockedPackage>((entry) => lockedPackage.safeParse(entry).success);
const lock = z.object({ packages: z.record(z.string(), asLocked) });
/** What makes a package depend on the machine it was installed on. */
const OF_THIS_MACHINE = ['hasInstallScript', 'os', 'cpu', 'libc', 'link'];

/** Packages of a lock file, by their paths: `node_modules/a`, `node_modules/a/node_modules/b`. */
export type LockedPackages = Readonly<Record<string, LockedPackage>>;

/** The packages of a package-lock.json. */
export function readLock(text: string): LockedPackages {
  return lock.parse(JSON.parse(text)).packages;
}

/**
 * The package of that name at the top of `packages`, and all it needs at run time, in the order of
 * `packages`.
 * @throws Error when one is missing, or runs only on a machine like this one
 */
export function closureOf(name: string, packages: LockedPackages): LockedPackages {
  const found = new Set<string>();
  const queue = [pathOf(name, '', packages)];
  for (let path = queue.pop(); path !== undefined; path = queue.pop()) {
    if (found.has(path)) continue;
    found.add(path);
    const entry = packages[path];
    if (entry === undefined) continue;
    requirePortable(path, entry);
    for (const needed of namesNeededBy(entry)) queue.push(pathOf(needed, path, packages));
  }
  return Object.fromEntries(Object.entries(packages).filter(([path]) => found.has(path)));
}

/** Where Node finds a package from a folder: in the nearest node_modules above it. */
function pathOf(name: string, from: string, packages: LockedPackages): string {
  for (let folder = from; ; folder = folder.slice(0, Math.max(0, folder.lastIndexOf('/')))) {
    const path = `${folder === '' ? '' : `${folder}/`}node_modules/${name}`;
    if (packages[path] !== undefined) return path;
    if (folder === '') break;
  }
  const by = from === '' ? 'the bundles need' : `${from} needs`;
  throw new Error(`package-lock.json has no ${name}, which ${by}: run npm install, then build.`);
}

function namesNeededBy(entry: LockedPackage): string[] {
  const { dependencies = {}, optionalDependencies = {}, peerDependencies = {} } = entry;
  const peers = Object.keys(peerDependencies).filter(
    (name) => entry.peerDependenciesMeta?.[name]?.optional !== true,
  );
  return [...Object.keys(dependencies), ...Object.keys(optionalDependencies), ...peers];
}

function requirePortable(path: string, entry: LockedPackage): void {
  const reason = OF_THIS_MACHINE.find((field) => entry[field] !== undefined);
  if (reason === undefined) return;
  throw new Error(
    `${path} cannot be copied into a bundle (${reason} in package-lock.json): it depends on the machine it is installed on. Keep the framework's version that does without it, or let the deployment install (docs/decisions/0019).`,
  );
}
