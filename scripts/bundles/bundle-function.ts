import { build, type Metafile } from 'esbuild';
import { requireBuiltins } from './builtins.ts';
import { FRAMEWORK } from './framework.ts';
import { leaveOut } from './left-out.ts';

/** The Google clients are CommonJS and ask for `require` and `__dirname` at run time. */
const COMMONJS = `import { createRequire as relayRequire } from 'node:module';
import { fileURLToPath as relayPath } from 'node:url';
const require = relayRequire(import.meta.url);
const __filename = relayPath(import.meta.url);
const __dirname = relayPath(new URL('.', import.meta.url));`;

export interface Bundle {
  /** `index.mjs`, the chunks that it loads when they are needed, and their maps. */
  readonly files: ReadonlyMap<string, Uint8Array>;
  /** Of them, what a start reads: `index.mjs` and what it imports at once. */
  readonly startFiles: readonly string[];
  /** What each package adds to all of them, the largest first; `audience-relay` is our own code. */
  readonly bytesByPackage: ReadonlyMap<string, number>;
}

/**
 * Bundles a composition root with all it imports. The functions framework stays outside: its command
 * line runs the bundle, and both must share one registry of functions.
 */
export async function bundleFunction(entryPoint: string): Promise<Bundle> {
  const { outputFiles, metafile } = await build({
    entryPoints: [entryPoint],
    // Nothing is written here: this name makes the map speak of `shared/…` beside the bundle, and the
    // bytes the same wherever they are written to.
    outdir: '.',
    entryNames: 'index',
    chunkNames: '[name]-[hash]',
    // The framework need not look for a package.json to learn what kind of module it is.
    outExtension: { '.js': '.mjs' },
    // What is imported on demand stays in a file of its own, which a start does not read.
    splitting: true,
    write: false,
    bundle: true,
    platform: 'node',
    target: 'node24',
    format: 'esm',
    minify: true,
    // Log lines say which error it was by the name of its class.
    keepNames: true,
    sourcemap: true,
    // A stack trace needs names and lines; the text stands in the repository.
    sourcesContent: false,
    metafile: true,
    external: [FRAMEWORK],
    plugins: [leaveOut, requireBuiltins],
    banner: { js: COMMONJS },
    logLevel: 'warning',
  });
  const files = outputFiles.map(({ path, contents }) => [baseName(path), contents] as const);
  return {
    files: new Map(files),
    startFiles: startFiles(metafile.outputs),
    bytesByPackage: bytesByPackage(metafile.outputs),
  };
}

function startFiles(outputs: Metafile['outputs']): string[] {
  const found = new Set(['index.mjs']);
  for (const file of found) {
    for (const { path, kind } of outputs[file]?.imports ?? []) {
      if (kind === 'import-statement' && outputs[path] !== undefined) found.add(path);
    }
  }
  return [...found];
}

function baseName(path: string): string {
  return path.split(/[/\\]/).at(-1) ?? path;
}

function bytesByPackage(outputs: Metafile['outputs']): Map<string, number> {
  const sums = new Map<string, number>();
  const inputs = Object.values(outputs).flatMap((output) => Object.entries(output.inputs));
  for (const [path, { bytesInOutput }] of inputs) {
    const [, packageName = 'audience-relay'] =
      /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path) ?? [];
    sums.set(packageName, (sums.get(packageName) ?? 0) + bytesInOutput);
  }
  return new Map([...sums].sort(([, a], [, b]) => b - a));
}
