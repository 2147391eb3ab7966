// `npm run altinn`: installs what is missing, builds the command line when its source has changed, and runs it here.
import './setup.mjs';
import { spawnSync } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';
import nodeModule, { createRequire } from 'node:module';
import { join, resolve } from 'node:path';

const bundle = resolve('dist-cli/altinn.cjs');
const sources = ['infra/cli', 'infra/azure/client', 'shared'].flatMap((directory) => [
  directory,
  // Directories too: theirs is the time at which a file was removed or renamed.
  ...readdirSync(directory, { recursive: true }).map((name) => join(directory, name)),
]);
const changed = (path) => statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
const others = ['infra/azure/role-ids.json', 'infra/dev/bundles.mjs', 'package-lock.json'];
const newest = Math.max(...[...sources, ...others].map(changed));

if (changed(bundle) < newest) {
  const { status } = spawnSync(process.execPath, ['infra/dev/build.mjs', 'cli'], { stdio: 'inherit' });
  if (status !== 0) process.exit(1);
}
// Since Node.js 22: a quarter of the start is compiling.
nodeModule.enableCompileCache?.();
createRequire(import.meta.url)(bundle);
