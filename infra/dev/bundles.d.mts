import type { BuildOptions } from 'esbuild';

export const bundles: Readonly<Record<'app' | 'host' | 'cli', BuildOptions>>;
