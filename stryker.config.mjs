import jestConfig from './jest.config.mjs';

/** The pure rules: what is decided, without a server. One line for each package; files move. */
const RULES = [
  'apps/status-service/src/delivery/{delivery-retry-delay,delivery-row,judge-outcome,resend-step,slots}.ts',
  'packages/routing/src/{decide,decider,routing-index}.ts',
  'packages/webhook/src/{classify-error,signing,verdict}.ts',
  'packages/egress/src/{address,cidr-list,policy}.ts',
  'packages/queues/src/{group-alerts,job-codec,job-delays}.ts',
];

/** Thousands of runs of one property, or of a thousand destinations: too slow for each change. The score is without them. */
const SLOW_TESTS = ['/packages/routing/src/(?:alert-sets|reference|routing-index)[.]test[.]ts$'];

const unit = jestConfig.projects.find(({ displayName }) => displayName === 'unit');

/**
 * `pnpm mutate`: changes the rules in small ways and sees whether a test fails (docs/testing.md). Only tests that start
 * nothing run. One part: `pnpm mutate --mutate 'packages/routing/src/*.ts,!**\/*.test.ts'`.
 */
export default {
  mutate: RULES,
  testRunner: 'jest',
  plugins: ['@stryker-mutator/jest-runner'],
  testRunnerNodeArgs: ['--experimental-vm-modules', '--conditions=@tocsin/source', '--no-warnings'],
  jest: { projectType: 'custom', config: { ...unit, testPathIgnorePatterns: SLOW_TESTS } },
  coverageAnalysis: 'perTest',
  // What a rule imports of another package is not copied: it is found through the links of node_modules.
  ignorePatterns: ['**', '!package.json', '!{apps,packages}/*/{package.json,src/**,test/**}'],
  checkers: [],
  reporters: ['clear-text', 'json'],
  clearTextReporter: { logTests: false, allowColor: false },
  jsonReporter: { fileName: 'node_modules/.cache/stryker/report.json' },
  thresholds: { high: 95, low: 90, break: 90 },
  concurrency: 1,
  timeoutMS: 20_000,
};
