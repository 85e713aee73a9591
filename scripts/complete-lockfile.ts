/**
 * `npm run lockfile`: adds to package-lock.json the optional packages of other platforms that a partial
 * registry mirror does not carry. npm leaves out what it cannot find, and then `npm ci` refuses the
 * lock file as incomplete, on every platform. See docs/decisions/0001.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { z } from 'zod';

const LOCKFILE = 'package-lock.json';
const SYSTEMS = 'aix android darwin freebsd linux netbsd openbsd openharmony sunos win32'.split(
  ' ',
);
const PROCESSORS = 'arm64 arm ia32 loong64 mips64el ppc64 riscv64 s390x x64'.split(' ');

const lockfile = z.looseObject({
  packages: z.record(
    z.string(),
    z.looseObject({ optionalDependencies: z.record(z.string(), z.string()).exactOptional() }),
  ),
});

/** What npm would know from the package itself: by convention, the name tells. */
function platformOf(name: string): { os?: string[]; cpu?: string[] } {
  const words = name.split(/[/-]/);
  const os = SYSTEMS.filter((system) => words.includes(system));
  const cpu = PROCESSORS.filter((processor) => words.includes(processor));
  return { ...(os.length > 0 ? { os } : {}), ...(cpu.length > 0 ? { cpu } : {}) };
}

const lock = lockfile.parse(JSON.parse(readFileSync(LOCKFILE, 'utf8')));
const wanted = Object.values(lock.packages).flatMap(({ optionalDependencies = {} }) =>
  Object.entries(optionalDependencies),
);
const present = new Set(
  Object.keys(lock.packages).map((path) => path.split('node_modules/').at(-1)),
);
const missing = wanted.filter(([name, version]) => !present.has(name) && /^\d/.test(version));
for (const [name, version] of missing) {
  const entry = { version, dev: true, optional: true, ...platformOf(name) };
  lock.packages[`node_modules/${name}`] = entry;
  console.log(`added ${name} ${version}`);
}
const packages = Object.fromEntries(
  Object.entries(lock.packages).sort(([a], [b]) => a.localeCompare(b, 'en')),
);
writeFileSync(LOCKFILE, `${JSON.stringify({ ...lock, packages }, null, 2)}\n`);
