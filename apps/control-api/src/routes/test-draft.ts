import { testDraft } from '@tocsin/contract';
import type { EgressPolicy } from '@tocsin/egress';
import { defineRoute } from '@tocsin/http';
import { type Database, recordChange } from '@tocsin/store';
import { describeTest } from '../audit-detail.ts';
import { refuseInvalidDestination } from '../destination-rules.ts';
import { sendTestAlert, type TestAlertDeps } from '../test-alert.ts';

export interface TestDraftDeps extends TestAlertDeps {
  database: Database;
  egressPolicy: EgressPolicy;
}

export function createTestDraft(deps: TestDraftDeps) {
  const { database, egressPolicy } = deps;
  return defineRoute(testDraft, async ({ body, principal }) => {
    refuseInvalidDestination(body, egressPolicy);
    const signingSecrets = body.signingSecret == null ? [] : [body.signingSecret];
    const result = await sendTestAlert(deps, { ...body, signingSecrets }, principal.keyId);
    await recordChange(database.pool, {
      actor: principal,
      action: 'destination.draft_tested',
      subject: 'destination/draft',
      detail: { displayName: body.displayName, ...describeTest(body.url, result) },
    });
    return result;
  });
}
