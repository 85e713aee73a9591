import type { Plugin } from 'esbuild';

/** A module that packages import and our functions never use. */
interface LeftOut {
  /** How it is imported, and by which files. An import from elsewhere gets the real one. */
  readonly imported: RegExp;
  readonly by: RegExp;
  /** What stands in its place. */
  readonly contents: string;
}

const LEFT_OUT: readonly LeftOut[] = [
  {
    // The generated message classes of APIs that many have: over gRPC the clients read the messages' shapes
    // from JSON, and these files only pass the classes on, as `protos`. Firestore needs its own.
    imported: /^\.\.\/protos\/(iam_service|locations)$/,
    by: /node_modules\/google-gax\/build\/src\/(index|fallback)\.js$/,
    contents: `Object.defineProperty(exports, 'google', { enumerable: true, get() {
      throw new Error('The message classes are not in this bundle: see scripts/bundles/left-out.ts.');
    } });`,
  },
  {
    // Messages in fifty languages. Ours are the English ones, which zod imports by themselves.
    imported: /^\.\.\/locales\/index\.js$/,
    by: /node_modules\/zod\/v4\/(core|classic)\/[^/]+\.js$/,
    contents: 'export {};',
  },
  {
    // For a Node without URL.
    imported: /^whatwg-url$/,
    by: /node_modules\/node-fetch\/lib\/index\.m?js$/,
    contents: 'exports.URL = URL;',
  },
];

/**
 * Keeps out of the bundles what esbuild cannot see is unused. Whoever imports it in another way gets
 * the real module, which the budget then shows.
 */
export const leaveOut: Plugin = {
  name: 'leave-out',
  setup(build) {
    LEFT_OUT.forEach(({ imported, by, contents }, index) => {
      const namespace = `left-out-${index}`;
      build.onResolve({ filter: imported }, ({ path, importer }) =>
        by.test(importer.replaceAll('\\', '/')) ? { path, namespace } : undefined,
      );
      build.onLoad({ filter: /.*/, namespace }, () => ({ contents, loader: 'js' }));
    });
  },
};
