import { rmSync } from 'node:fs';
import { build } from 'esbuild';

rmSync('dist', { recursive: true, force: true });

await build({
  entryPoints: ['functions/index.ts'],
  outfile: 'dist/index.js',
  bundle: true,
  minify: true,
  keepNames: true,
  sourcemap: true,
  sourcesContent: false,
  platform: 'node',
  target: 'node20',
  format: 'cjs',
  // The worker (or the embedded host) answers this require itself.
  external: ['@azure/functions-core'],
  // @azure/storage-common asks for import.meta.url, which CommonJS does not have.
  define: { 'import.meta.url': '__bundleUrl' },
  banner: { js: "const __bundleUrl=require('node:url').pathToFileURL(__filename).href;" },
  logLevel: 'warning',
});
