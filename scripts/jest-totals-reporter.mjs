import { writeFileSync } from 'node:fs';

/** Writes a run's totals where `TOCSIN_TEST_TOTALS_FILE` says. */
export default class TotalsReporter {
  onRunComplete(_contexts, results) {
    const totals = {
      passed: results.numPassedTests,
      // A file that doesn't even load has no test that could fail.
      failed: results.numFailedTests + results.numRuntimeErrorTestSuites,
      skipped: results.numPendingTests + results.numTodoTests,
    };
    writeFileSync(process.env.TOCSIN_TEST_TOTALS_FILE, JSON.stringify(totals));
  }
}
