import { cancelResend, createResend, ProblemError, severityRank } from '@tocsin/contract';
import { defineRoute, type Route } from '@tocsin/http';
import { actorName } from '@tocsin/store';
import { cancelBulkResend } from '../resends/end-bulk-resends.ts';
import { countView } from '../resends/read-bulk-resends.ts';
import {
  type BulkResendRequestDeps,
  countForBulkResend,
  requestBulkResend,
} from '../resends/request-bulk-resend.ts';

export interface BulkResendRoutesDeps extends BulkResendRequestDeps {
  /** Called once a new job is stored. */
  wake: () => void;
}

/** A filter's values in the form in which equal filters are equal; null for no filter. */
function sortedOnce<T extends string | number>(values: T[] | undefined): T[] | null {
  return values === undefined ? null : [...new Set(values)].sort();
}

/** Bulk resends: requesting one, and cancelling it. */
export function createBulkResendRoutes({ wake, ...deps }: BulkResendRoutesDeps): Route[] {
  const { database } = deps;
  return [
    defineRoute(createResend, async ({ body, principal, log }) => {
      const { id = null, destinationId = null, status: statuses, since, until } = body;
      const severityRanks = sortedOnce(body.severities?.map(severityRank));
      const errorCodes = sortedOnce(body.errorCodes);
      const ask = { id, destinationId, statuses, severityRanks, errorCodes, since, until, actor: principal };
      if (body.dryRun) return { id: null, ...countView(await countForBulkResend(deps, ask)) };
      const asked = await requestBulkResend(deps, ask);
      if (asked.isNew) {
        const { id: _, actor, ...about } = ask;
        const createdBy = actorName(actor);
        log.info(
          {
            event: 'bulk_resend.requested',
            resendId: asked.id,
            matched: asked.matched,
            ...about,
            createdBy,
          },
          'bulk resend requested',
        );
        wake();
      }
      const { id: resendId, matched, atLeast } = asked;
      return { id: resendId, ...countView({ matched, atLeast }) };
    }),
    defineRoute(cancelResend, async ({ params, principal, log }) => {
      const wasRunning = await cancelBulkResend(database, params.id, principal);
      if (wasRunning === null)
        throw new ProblemError('not_found', { detail: 'There is no such bulk resend.' });
      if (wasRunning)
        log.info(
          { event: 'bulk_resend.cancelled', resendId: params.id, cancelledBy: actorName(principal) },
          'bulk resend cancelled',
        );
      return undefined;
    }),
  ];
}
