import { type TestResult, testDestination } from '@tocsin/contract';
import { defineRoute } from '@tocsin/http';
import type { Sealer } from '@tocsin/secrets';
import { type Database, recordChange, toStoredDestination } from '@tocsin/store';
import { activeSecrets } from '@tocsin/webhook';
import { describeTest } from '../audit-detail.ts';
import { readDestination } from '../destination-store.ts';
import { sendTestAlert, type TestAlertDeps } from '../test-alert.ts';

export interface TestDestinationDeps extends TestAlertDeps {
  database: Database;
  sealer: Sealer;
}

/** A disabled destination can be tested: that is how one finds out whether to enable it again. */
export function createTestDestination(deps: TestDestinationDeps) {
  const { database, sealer, now } = deps;
  return defineRoute(testDestination, async ({ params, principal }) => {
    const destination = toStoredDestination(await readDestination(database.db, params.id), sealer);
    const signingSecrets = activeSecrets(destination, now().getTime());
    const result =
      destination.secretsFault === null
        ? await sendTestAlert(deps, { ...destination, signingSecrets }, principal.keyId)
        : unsent(destination.secretsFault);
    await recordChange(database.pool, {
      actor: principal,
      action: 'destination.tested',
      subject: `destination/${destination.id}`,
      detail: describeTest(destination.url, result),
    });
    return result;
  });
}

/** A test that could not be prepared is a failure like any other. */
function unsent(reason: string): TestResult {
  const error = { code: 'internal' as const, message: reason };
  return { success: false, statusCode: null, responseBody: null, durationMs: 0, error };
}
