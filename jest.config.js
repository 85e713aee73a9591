/** @type {import('jest').Config} */
export default {
  testMatch: ['<rootDir>/test/**/*.test.ts'],
  extensionsToTreatAsEsm: ['.ts'],
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      {
        jsc: {
          parser: { syntax: 'typescript' },
          target: 'es2024',
          experimental: { keepImportAttributes: true },
        },
      },
    ],
  },
  globalSetup: '<rootDir>/test/setup/global-setup.ts',
  globalTeardown: '<rootDir>/test/setup/global-teardown.ts',
  modulePathIgnorePatterns: ['<rootDir>/dist/'],
  // Tests mostly wait, for emulators, child processes and timers; on two cores jest would run one at a time.
  maxWorkers: 3,
  // Tests that run side by side wait for the leases of messages.
  maxConcurrency: 24,
  testSequencer: '<rootDir>/test/setup/slow-first-sequencer.js',
  // Ends a test that hangs, and no slow one: test/setup/eventually.ts gives up before.
  testTimeout: 600_000,
  reporters: [
    'default',
    '<rootDir>/test/setup/counts-reporter.js',
    '<rootDir>/test/setup/slowest-files-reporter.js',
  ],
};
