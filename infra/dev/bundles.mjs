/** How every bundle is made: one minified CommonJS file with all its dependencies. */
const common = {
  bundle: true,
  minify: true,
  keepNames: true,
  sourcemap: true,
  sourcesContent: false,
  platform: 'node',
  target: 'node20',
  format: 'cjs',
  // @azure/storage-common asks for import.meta.url, which CommonJS does not have.
  define: { 'import.meta.url': '__bundleUrl' },
  banner: { js: "const __bundleUrl=require('node:url').pathToFileURL(__filename).href;" },
  logLevel: 'warning',
};

/** The app that is deployed. */
export const appOptions = {
  ...common,
  entryPoints: ['functions/index.ts'],
  outfile: 'dist/index.js',
  // The worker (or the embedded host) answers this require itself.
  external: ['@azure/functions-core'],
};
