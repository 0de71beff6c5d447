import { MUTATIONS } from './scripts/mutants/mutations.ts';

const SWC = {
  jsc: { target: 'es2024', parser: { syntax: 'typescript' } },
  module: { type: 'nodenext' },
  sourceMaps: 'inline',
};

/** The fault that this run is to find (`pnpm mutants`); none otherwise. */
const mutation = MUTATIONS.find(({ name }) => name === process.env.TOCSIN_MUTATION);

/**
 * One jest run for the whole repository, in two projects. A test lies beside the code in `src` where it starts nothing
 * (no server, no process), and in `test` otherwise. Sources are transformed on the fly and resolved through the
 * `@tocsin/source` condition.
 */
const shared = {
  testEnvironment: 'node',
  testEnvironmentOptions: { customExportConditions: ['node', 'node-addons', '@tocsin/source'] },
  extensionsToTreatAsEsm: ['.ts'],
  transform: {
    '^.+\\.ts$':
      mutation === undefined
        ? ['@swc/jest', SWC]
        : ['<rootDir>/scripts/mutants/transform.mjs', { ...SWC, mutation }],
  },
  // Without `node_modules` at the top: every run looks through all files below.
  roots: ['<rootDir>/apps', '<rootDir>/packages'],
  modulePathIgnorePatterns: ['/dist/'],
};

export default {
  projects: [
    {
      ...shared,
      displayName: 'unit',
      testMatch: ['<rootDir>/(apps|packages)/*/src/**/*.test.ts'],
    },
    {
      ...shared,
      displayName: 'integration',
      testMatch: ['<rootDir>/(apps|packages)/*/test/**/*.test.ts'],
      globalSetup: '<rootDir>/scripts/jest-global-setup.mjs',
      globalTeardown: '<rootDir>/scripts/jest-global-teardown.mjs',
    },
  ],
  // Beyond `PATIENCE_MS` of the test kit, whose waits say what was missing; a test that passes waits for neither.
  testTimeout: 300_000,
  // A worker that has run a hundred files holds a gigabyte of their modules, and spends its time collecting it.
  workerIdleMemoryLimit: '500MB',
  maxWorkers: 2,
};
