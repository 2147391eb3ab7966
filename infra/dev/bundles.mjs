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

export const bundles = {
  /**
   * What is deployed. The worker (or the embedded host) answers the require of the core itself. OpenTelemetry is a
   * bundle of its own, which index.js loads where the settings ask for it.
   */
  app: {
    ...common,
    entryPoints: { index: 'functions/index.ts', telemetry: 'functions/telemetry/start.ts' },
    outdir: 'dist',
    external: ['@azure/functions-core', './telemetry.js'],
  },
  /** The embedded host and what starts it, which would take a second longer through tsx. */
  host: {
    ...common,
    entryPoints: ['infra/dev/start.ts'],
    outfile: 'dist-dev/start.cjs',
    // Its own child process, and what that one is started with.
    external: ['azurite'],
  },
  /** The command line. */
  cli: { ...common, entryPoints: ['infra/cli/main.ts'], outfile: 'dist-cli/altinn.cjs' },
};
