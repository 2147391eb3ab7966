// Builds what is named, or all there is: node infra/dev/build.mjs [app] [host] [cli]
import { copyFileSync, mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { build } from 'esbuild';
import { bundles } from './bundles.mjs';

for (const name of process.argv.length > 2 ? process.argv.slice(2) : Object.keys(bundles)) {
  const { outputFiles } = await build({ ...bundles[name], write: false });
  // Put in place whole: another process may load it at this moment.
  for (const { path, contents } of outputFiles) {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(`${path}.${process.pid}`, contents, { mode: path.endsWith('.cjs') ? 0o755 : 0o644 });
    renameSync(`${path}.${process.pid}`, path);
  }
}

// What Azurite is started with, beside the bundle that starts it.
for (const name of ['azurite-leash.cjs', 'azurite-no-sweep.cjs']) {
  mkdirSync('dist-dev', { recursive: true });
  copyFileSync(`infra/dev/${name}`, `dist-dev/${name}`);
}
