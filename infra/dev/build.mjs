// Builds what is named, or all there is: node infra/dev/build.mjs [app] [cli]
import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { build } from 'esbuild';

const bundles = {
  app: {
    entryPoints: ['functions/index.ts'],
    outfile: 'dist/index.js',
    // The worker (or the embedded host) answers this require itself.
    external: ['@azure/functions-core'],
  },
  cli: { entryPoints: ['infra/cli/main.ts'], outfile: 'dist-cli/altinn.cjs' },
};

for (const name of process.argv.length > 2 ? process.argv.slice(2) : Object.keys(bundles)) {
  const { outputFiles } = await build({
    ...bundles[name],
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
    write: false,
  });
  // Put in place whole: another process may load it at this moment.
  for (const { path, contents } of outputFiles) {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(`${path}.${process.pid}`, contents, { mode: path.endsWith('.cjs') ? 0o755 : 0o644 });
    renameSync(`${path}.${process.pid}`, path);
  }
}
