export interface Mutation {
  /** What goes wrong. */
  name: string;
  file: string;
  /** A passage that the file has once. */
  from: string;
  to: string;
  /** For jest: where it is found soonest. */
  tests: string[];
}

const STATUS = 'apps/status-service';
const MODEL = `${STATUS}/test/model`;
const RULES = `${STATUS}/src/delivery`;

/**
 * Faults of the way a delivery is committed, each of which some test must find. Unlike what `pnpm mutate` makes, they are
 * chosen by hand: what somebody might really get wrong there, and what only a database or a sequence of changes shows.
 * It counts as found where one of its tests fails.
 */
export const MUTATIONS: readonly Mutation[] = [
  {
    name: 'expired deliveries are in no notice',
    file: `${STATUS}/src/commit/ledger.ts`,
    from: `ended.filter(({ row }) => row.status === 'failed')`,
    to: `ended.filter(({ row }) => row.status === 'failed' && row.failureCode !== 'expired')`,
    tests: [MODEL],
  },
  {
    name: 'a new delivery overtakes what waits',
    file: `${STATUS}/src/delivery/slots.ts`,
    from: 'return slots.waiting === 0 && freeSlots(slots) > 0;',
    to: 'return freeSlots(slots) > 0;',
    tests: [MODEL],
  },
  {
    name: 'a retry that is hurried overtakes what is due',
    file: `${STATUS}/src/delivery/slots.ts`,
    from: '(freeSlots(slots) > 0 && !mayHaveDue(slots))',
    to: 'freeSlots(slots) > 0',
    tests: [MODEL],
  },
  {
    name: 'a retry that is hurried takes a second slot',
    file: `${STATUS}/src/delivery/slots.ts`,
    from: 'takesDeliveries(slots) && (holdsSlot || (',
    to: 'takesDeliveries(slots) && ((',
    tests: [MODEL],
  },
  {
    name: 'the pause between two reports does not grow',
    file: 'apps/delivery-worker/src/reporter.ts',
    from: 'waitMs = Math.min(waitMs * 2, RETRY_MS_MAX)',
    to: 'waitMs = RETRY_MS_MIN',
    tests: ['apps/delivery-worker/src/reporter'],
  },
  {
    name: 'a retry due in exactly ten minutes waits in Postgres',
    file: `${STATUS}/src/delivery/judge-outcome.ts`,
    from: 'row.dueInMs <= QUEUED_DELAY_MAX_MS',
    to: 'row.dueInMs < QUEUED_DELAY_MAX_MS',
    tests: [RULES],
  },
  {
    name: 'a plan that fills the slots exactly leaves one free',
    file: `${STATUS}/src/delivery/slots.ts`,
    from: 'slots.waiting === 0 && freeSlots(slots) > 0',
    to: 'slots.waiting === 0 && freeSlots(slots) > 1',
    tests: [RULES],
  },
  {
    name: 'a plan takes one slot more than there are',
    file: `${STATUS}/src/delivery/slots.ts`,
    from: 'slots.waiting === 0 && freeSlots(slots) > 0',
    to: 'slots.waiting === 0 && freeSlots(slots) >= 0',
    tests: [MODEL],
  },
  {
    name: 'retries are released before first attempts',
    file: `${STATUS}/src/commit/release.ts`,
    from: 'ORDER BY d.severity_rank, (d.attempts > 0), d.next_attempt_at',
    to: 'ORDER BY d.severity_rank, d.next_attempt_at',
    tests: [MODEL, `${STATUS}/test/releasing`],
  },
  {
    name: 'a release leaves severity aside',
    file: `${STATUS}/src/commit/release.ts`,
    from: 'ORDER BY d.severity_rank, (d.attempts > 0), d.next_attempt_at',
    to: 'ORDER BY (d.attempts > 0), d.next_attempt_at',
    tests: [MODEL, `${STATUS}/test/releasing`],
  },
  {
    name: 'an outcome that is reported again is recorded again',
    file: `${STATUS}/src/delivery/judge-outcome.ts`,
    from: 'outcome.number <= row.attempts && (',
    to: 'outcome.number < row.attempts && (',
    tests: [RULES],
  },
  {
    name: 'a success after a failure under the same number is lost',
    file: `${STATUS}/src/delivery/judge-outcome.ts`,
    from: `(error !== null || row.status === 'succeeded')`,
    to: 'true',
    tests: [RULES],
  },
  {
    name: 'an end takes the round that began meanwhile',
    file: `${STATUS}/src/commit/apply-ends.ts`,
    from: 'rows.filter((row) => row.round === rounds.get(row.id))',
    to: 'rows.filter((row) => rounds.has(row.id))',
    tests: [`${STATUS}/test/late-changes`],
  },
  {
    name: 'a job that was found again is reclaimed all the same',
    file: `${STATUS}/src/commit/apply-reclaim.ts`,
    from: 'AND d.id = ANY($2::uuid[]) AND d.lease_until <= now()',
    to: 'AND d.id = ANY($2::uuid[])',
    tests: [`${STATUS}/test/late-changes`],
  },
  {
    name: 'a move is not counted on its alert',
    file: `${STATUS}/src/commit/ledger.ts`,
    from: 'alertCounts.move(from, from.status, to.status);',
    to: '',
    tests: [MODEL],
  },
  {
    name: 'a failed delivery is not in the statistics',
    file: `${STATUS}/src/commit/ledger.ts`,
    from: 'statistics.failed(destination.id);',
    to: '',
    tests: [MODEL],
  },
  {
    name: 'the end of a round that a bulk resend began is not counted',
    file: `${STATUS}/src/commit/ledger.ts`,
    from: 'roundEnds.moved(to, to.status);',
    to: '',
    tests: [MODEL],
  },
  {
    name: 'half of the slots are not kept free of waiting retries',
    file: `${STATUS}/src/delivery/slots.ts`,
    from: 'slots.delayed < Math.floor(slots.maxInFlight / 2)',
    to: 'slots.delayed < slots.maxInFlight',
    tests: [RULES],
  },
  {
    name: 'a bulk resend takes what changed after it was requested',
    file: `${STATUS}/src/delivery/match-deliveries.ts`,
    from: ' AND d.updated_at <= $' + '{timeOfMicroseconds(requestedAt)}',
    to: '',
    tests: [MODEL, `${STATUS}/test/bulk-resends`],
  },
  {
    name: 'a missing alert is sent though it has a delivery by now',
    file: `${STATUS}/src/commit/apply-missing-batch.ts`,
    from: '.filter(({ row }) => !knownIds.has(row.id))',
    to: '',
    tests: [`${STATUS}/test/missing-resends`],
  },
  {
    name: 'an alert with a plan is planned again',
    file: `${STATUS}/src/commit/apply-plans.ts`,
    from: 'return inserted.rows.map(({ alertId }) => unique.get(alertId) as Plan);',
    to: 'return [...unique.values()];',
    tests: [MODEL],
  },
  {
    name: 'a released delivery keeps its old job',
    file: `${STATUS}/src/delivery/delivery-row.ts`,
    from: 'dispatchNumber: row.dispatchNumber + 1',
    to: 'dispatchNumber: Math.max(1, row.dispatchNumber)',
    tests: [MODEL],
  },
  {
    name: 'a limit grows while nothing waits for it',
    file: `${STATUS}/src/delivery/flow.ts`,
    from: 'if (!isHoldingBack) {',
    to: 'if (limit > maxInFlight) {',
    tests: [RULES],
  },
  {
    name: 'a limit is halved by each failure of what was under way together',
    file: `${STATUS}/src/delivery/flow.ts`,
    from: 'if (flow.loweredAtMs !== null && nowMs - attempt.durationMs <= flow.loweredAtMs) return next;',
    to: '',
    tests: [RULES],
  },
  {
    name: 'a circuit opens by the failures of one delivery',
    file: `${STATUS}/src/delivery/flow.ts`,
    from: ' && failedDeliveries.length === CIRCUIT.deliveries',
    to: '',
    tests: [RULES],
  },
  {
    name: 'a circuit closes at its first success',
    file: `${STATUS}/src/delivery/flow.ts`,
    from: 'probesSucceeded < CIRCUIT.successes',
    to: 'probesSucceeded < 1',
    tests: [RULES],
  },
  {
    name: 'an open circuit never closes, since its successes are forgotten',
    file: `${STATUS}/src/commit/locked-destinations.ts`,
    from: 'probes_succeeded = u."probesSucceeded",',
    to: '',
    tests: [`${STATUS}/test/flows`],
  },
  {
    name: 'a destination gets all that it may have in flight, whatever its limit',
    file: `${STATUS}/src/delivery/slots.ts`,
    from: 'Math.min(limit - queued, maxInFlight - queued - delayed)',
    to: 'maxInFlight - queued - delayed',
    tests: [RULES],
  },
  {
    name: 'a paused destination gets deliveries',
    file: `${STATUS}/src/delivery/slots.ts`,
    from: 'return isAvailable(slots) && !slots.paused;',
    to: 'return isAvailable(slots);',
    tests: [MODEL],
  },
  {
    name: 'first attempts have no share of what is released',
    file: `${STATUS}/src/commit/release.ts`,
    from: 'ORDER BY has_share DESC, severity.rank, kind.retried, due.next_attempt_at',
    to: 'ORDER BY severity.rank, kind.retried DESC, due.next_attempt_at',
    tests: [MODEL, `${STATUS}/test/flows`],
  },
  {
    name: 'two workers take the same turns of a destination',
    file: 'apps/delivery-worker/src/destination-turns.ts',
    from: 'least(greatest(t.next_at, now()), ',
    to: 'least(now(), ',
    tests: ['apps/delivery-worker/test/destination-turns'],
  },
  {
    name: 'a destination may have all of a worker',
    file: 'packages/queues/src/places.ts',
    from: 'jobsMax - jobs)',
    to: 'jobsMax)',
    tests: ['packages/queues/src/places'],
  },
  {
    name: 'what a worker gives back is released again at once',
    file: `${STATUS}/src/commit/apply-outcomes.ts`,
    from: 'if (isCrowded(outcome)) noteCrowding(destination);',
    to: '',
    tests: [`${STATUS}/test/flows`],
  },
  {
    name: 'missing alerts have all of a destination’s limit',
    file: `${STATUS}/src/delivery/room-for-missing.ts`,
    from: 'half(limit) - queued',
    to: 'limit - queued',
    tests: [`${STATUS}/src/delivery/room-for-missing`],
  },
  {
    name: 'a backlog is logged at every look',
    file: `${STATUS}/src/backlog/backlog-changes.ts`,
    from: ' && reason !== old.loggedReason',
    to: '',
    tests: [`${STATUS}/src/backlog`],
  },
  {
    name: 'a router gets the jobs of what others have planned',
    file: `${STATUS}/src/commit/report-groups.ts`,
    from: '(planned.get(job.alertId)?.jobs ?? others)',
    to: '(answers[0]?.jobs ?? others)',
    tests: [`${STATUS}/src/commit`],
  },
  {
    name: 'an outcome that could not be reported is lost with its job',
    file: 'apps/delivery-worker/src/process-delivery.ts',
    from: 'afterMs: UNREPORTED_MS, ...notes.of(outcome)',
    to: 'afterMs: UNREPORTED_MS',
    tests: ['apps/delivery-worker/src/process-delivery'],
  },
  {
    name: 'an attempt whose outcome another worker left is made again',
    file: 'apps/delivery-worker/src/process-delivery.ts',
    from: 'if (unreported !== null) return reported(unreported);',
    to: '',
    tests: ['apps/delivery-worker/src/process-delivery'],
  },
  {
    name: 'a worker that is sure of an outage still waits for each answer',
    file: 'packages/outage/src/outage.ts',
    from: 'if (isCertain) return giveUp();',
    to: '',
    tests: ['packages/outage/src'],
  },
  {
    name: 'what has waited goes before what comes directly',
    file: 'packages/queues/src/job-codec.ts',
    from: 'if (ahead === undefined) return severityRank;',
    to: 'if (!isRetry) return severityRank;',
    tests: ['packages/queues/src/job-codec'],
  },
  {
    name: 'a released delivery is fresh, however long it has waited',
    file: `${STATUS}/src/commit/ledger.ts`,
    from: 'place(row, true, aheadOf(row, destinationOf(row).queued))',
    to: 'place(row, true)',
    tests: [`${STATUS}/test/releasing`, `${STATUS}/test/flows`, `${STATUS}/src/commit`],
  },
  {
    name: 'a backlog goes before what has few ahead',
    file: 'packages/queues/src/job-codec.ts',
    from: 'SEVERITIES.length * (1 + 2 * crowd)',
    to: 'SEVERITIES.length',
    tests: ['packages/queues/src/job-codec'],
  },
  {
    name: 'what comes with the end of a job goes before another shard for ever',
    file: 'packages/queues/src/places.ts',
    from: 'nowMs() - first.sinceMs >= PATIENCE_MS',
    to: 'false',
    tests: ['packages/queues/src/places'],
  },
  {
    name: 'a job has no place after it has waited',
    file: 'packages/queues/src/places.ts',
    from: 'comeBack();\n          }',
    to: '}',
    tests: ['packages/queues/src/places'],
  },
  {
    name: 'a job that is given out again while it runs here runs on',
    file: 'packages/queues/src/job-guard.ts',
    from: 'activeJobs.abort(jobId, ABORT_REASONS.lockLost);',
    to: '',
    tests: ['packages/queues/src/job-guard'],
  },
];
