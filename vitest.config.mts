import { defineConfig } from 'vitest/config';

/** Files that run the app in their own process, patch the module loader or mock a module of Node.js. */
const alone = [
  'test/integration/cli/waiting-lines.test.ts',
  'test/integration/dev/host-*.test.ts',
  'test/integration/functions/reactions.test.ts',
];

const integration = {
  globalSetup: ['test/support/global-setup.ts'],
  testTimeout: 60_000,
  hookTimeout: 60_000,
};

// The names decide the order: the unit tests come last, and fill the processors while the slow files wait.
export default defineConfig({
  test: {
    pool: 'forks',
    maxWorkers: 4,
    projects: [
      {
        extends: true,
        // Files share processes: most of a small file's time would be spent on loading what the last one had.
        test: {
          ...integration,
          name: 'integration',
          include: ['test/integration/**/*.test.ts'],
          exclude: alone,
          isolate: false,
        },
      },
      {
        extends: true,
        test: { ...integration, name: 'integration-alone', include: alone },
      },
      {
        extends: true,
        // No storage, no processes: seconds.
        test: { name: 'unit', include: ['test/unit/**/*.test.ts'], isolate: false, testTimeout: 20_000 },
      },
    ],
  },
});
