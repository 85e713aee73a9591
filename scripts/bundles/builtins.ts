import type { Plugin } from 'esbuild';

/**
 * Has Node's own modules required, not imported. Imported, a module's every export is read at once, and
 * those of node:http that are loaded on demand take 39 ms of a start: they bring the WebSocket client.
 */
export const requireBuiltins: Plugin = {
  name: 'require-builtins',
  setup(build) {
    build.onResolve({ filter: /^node:/ }, ({ path, kind }) =>
      kind === 'import-statement' ? { path, namespace: 'required' } : undefined,
    );
    build.onLoad({ filter: /.*/, namespace: 'required' }, ({ path }) => ({
      contents: `module.exports = require('${path}');`,
    }));
  },
};
