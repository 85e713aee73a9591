import { z } from 'zod';
import type { LockedPackages } from './closure.ts';

const ownManifest = z.object({
  version: z.string(),
  dependencies: z.record(z.string(), z.string()),
});
export type OwnManifest = z.infer<typeof ownManifest>;
export type Manifest = ReturnType<typeof manifestFor>;

/** What the bundles take from our own package.json. */
export function readOwnManifest(text: string): OwnManifest {
  return ownManifest.parse(JSON.parse(text));
}

/**
 * A function's package.json. It names the framework, or Google's build would install one of its own,
 * and no scripts, which Google's build would run.
 */
export function manifestFor(name: string, own: OwnManifest, framework: string) {
  return {
    name: `audience-relay-${name}`,
    version: own.version,
    private: true,
    type: 'module',
    main: 'index.mjs',
    engines: { node: '24' },
    dependencies: { [framework]: own.dependencies[framework] },
  };
}

/** A function's package-lock.json: without one, Google's build asks the registry for it. */
export function lockFor(manifest: Manifest, packages: LockedPackages) {
  const { name, version, engines, dependencies } = manifest;
  const top = { name, version, dependencies, engines };
  return { name, version, lockfileVersion: 3, requires: true, packages: { '': top, ...packages } };
}
