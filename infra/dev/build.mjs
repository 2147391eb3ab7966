// Builds what is named, or all there is: node infra/dev/build.mjs [app] [host] [cli]
import { copyFileSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { build } from 'esbuild';
import { appFolder } from './app-folder.mjs';
import { bundles } from './bundles.mjs';

/** Puts a file in place whole: another process may load it at this moment. */
function put(path, contents, mode = 0o644) {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(`${path}.${process.pid}`, contents, { mode });
  renameSync(`${path}.${process.pid}`, path);
}

for (const name of process.argv.length > 2 ? process.argv.slice(2) : Object.keys(bundles)) {
  const options = bundles[name];
  const { outputFiles, metafile } = await build({ ...options, write: false, metafile: true });
  for (const { path, contents } of outputFiles)
    put(path, contents, path.endsWith('.cjs') ? 0o755 : undefined);
  if (name !== 'app') continue;
  const files = Object.entries(appFolder(metafile));
  for (const [file, text] of files) {
    if (text === undefined) rmSync(`${options.outdir}/${file}`, { force: true });
    else put(`${options.outdir}/${file}`, text);
  }
}

// What Azurite is started with, beside the bundle that starts it.
for (const name of ['azurite-leash.cjs', 'azurite-no-sweep.cjs']) {
  mkdirSync('dist-dev', { recursive: true });
  copyFileSync(`infra/dev/${name}`, `dist-dev/${name}`);
}
