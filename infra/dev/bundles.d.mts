import type { BuildOptions } from 'esbuild';

export const appOptions: BuildOptions;
