import { rmSync } from 'node:fs';
import { build } from 'esbuild';
import { appOptions } from './bundles.mjs';

rmSync('dist', { recursive: true, force: true });

await build(appOptions);
