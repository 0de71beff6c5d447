/** One jest run for the whole repository: sources are transformed on the fly and resolved through the `@tocsin/source` condition. */
export default {
  testEnvironment: 'node',
  testEnvironmentOptions: { customExportConditions: ['node', 'node-addons', '@tocsin/source'] },
  extensionsToTreatAsEsm: ['.ts'],
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      {
        jsc: { target: 'es2024', parser: { syntax: 'typescript' } },
        module: { type: 'nodenext' },
        sourceMaps: 'inline',
      },
    ],
  },
  testMatch: ['<rootDir>/(apps|packages)/*/(src|test)/**/*.test.ts'],
  modulePathIgnorePatterns: ['/dist/'],
  globalSetup: '<rootDir>/scripts/jest-global-setup.mjs',
  globalTeardown: '<rootDir>/scripts/jest-global-teardown.mjs',
  // Beyond `PATIENCE_MS` of the test kit, whose waits say what was missing; a test that passes waits for neither.
  testTimeout: 300_000,
  // A worker that has run a hundred files holds a gigabyte of their modules, and spends its time collecting it.
  workerIdleMemoryLimit: '500MB',
  maxWorkers: 2,
};
