/**
 * `npm run build`: one ESM bundle per function in dist/, with what `gcloud functions deploy` needs
 * beside it. The functions framework stays outside: its command line runs the bundle, and both must
 * share one registry of functions.
 */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { build } from 'esbuild';
import { z } from 'zod';

const FRAMEWORK = '@google-cloud/functions-framework';
const FUNCTIONS = ['intake', 'forward', 'user-sync'];
/** The Google clients are CommonJS and ask for `require` and `__dirname` at run time. */
const COMMONJS = `import { createRequire as relayRequire } from 'node:module';
import { fileURLToPath as relayPath } from 'node:url';
const require = relayRequire(import.meta.url);
const __filename = relayPath(import.meta.url);
const __dirname = relayPath(new URL('.', import.meta.url));`;

const { version, dependencies } = z
  .object({ version: z.string(), dependencies: z.record(z.string(), z.string()) })
  .parse(JSON.parse(readFileSync('package.json', 'utf8')));

rmSync('dist', { recursive: true, force: true });
for (const name of FUNCTIONS) {
  const folder = `dist/${name}`;
  mkdirSync(folder, { recursive: true });
  const { metafile } = await build({
    entryPoints: [`functions/${name}/index.ts`],
    outfile: `${folder}/index.js`,
    bundle: true,
    platform: 'node',
    target: 'node24',
    format: 'esm',
    minify: true,
    sourcemap: true,
    metafile: true,
    external: [FRAMEWORK],
    banner: { js: COMMONJS },
    logLevel: 'warning',
  });
  const manifest = {
    name: `audience-relay-${name}`,
    version,
    private: true,
    type: 'module',
    main: 'index.js',
    engines: { node: '24' },
    dependencies: { [FRAMEWORK]: dependencies[FRAMEWORK] },
  };
  writeFileSync(`${folder}/package.json`, `${JSON.stringify(manifest, null, 2)}\n`);
  const bytes = metafile.outputs[`${folder}/index.js`]?.bytes ?? 0;
  console.log(`${folder}/index.js  ${Math.ceil(bytes / 1024)} kB`);
}
