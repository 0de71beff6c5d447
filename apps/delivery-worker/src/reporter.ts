import { setTimeout as sleep } from 'node:timers/promises';
import { createBatcher, settleByHalves } from '@tocsin/batcher';
import { createFailureLog, type Outage, UnavailableError } from '@tocsin/outage';
import type { Outcome, StatusGateway, Verdict } from '@tocsin/status-gateway';
import { isRefusal } from '@tocsin/store';
import type { Logger } from 'pino';

/**
 * A verdict, or why there is none: the outcome cannot be recorded (`quarantined`), or the status service is unavailable
 * (`unreported`). In both cases its job is to be requeued.
 */
export type Reported = Verdict | { kind: 'quarantined' } | { kind: 'unreported' };

export interface Reporter {
  /** Resolves once the outcome is committed, however long that takes, or once it was given up. */
  add(outcome: Outcome): Promise<Reported>;
  /** How many outcomes are not committed yet. */
  pending(): number;
  /** Gives up on what is not committed; those deliveries are attempted again. */
  close(): Promise<void>;
}

const BATCH = 200;
/** The bytes of receivers' answers in one batch. As JSON they may take six times as many. */
const BATCH_CHARACTERS = 1024 * 1024;
/** More than one, since a call with outcomes of a backlog takes longer. */
const CONCURRENCY = 4;
/**
 * Outcomes are gathered for so long, since each report costs a request: those of one alert's deliveries share one. Only their
 * destination's next delivery may wait for it.
 */
const GATHER_MS = 10;
const RETRY_MS_MIN = 100;
const RETRY_MS_MAX = 2_000;

/** While nothing is committed, a bad outcome looks like an outage: it is held for this long. */
const REFUSED_MS_MAX = 60_000;

export interface ReporterDeps {
  gateway: Pick<StatusGateway, 'commitOutcomes'>;
  log: Pick<Logger, 'debug' | 'info' | 'warn' | 'error'>;
  /** The outage of the status service, or of its database where it is in this process. */
  gatewayOutage: Pick<Outage, 'isIts' | 'failed' | 'answerOf'>;
  /** How long outcomes are gathered before they are reported; milliseconds. */
  gatherMs?: number;
  /** Milliseconds of a clock that never runs backwards. */
  nowMs?: () => number;
  wait?: (ms: number, signal: AbortSignal) => Promise<void>;
}

interface Refusal {
  kind: 'refused';
  error: unknown;
}

type Part = Verdict | Refusal;

/**
 * Reports outcomes to the status service in batches. Once that is known to be unavailable, they are left to who takes
 * their jobs next. While it is there and its database is not, the outcomes are kept, and reported when that is back. A
 * batch that is refused is halved until the outcomes at fault are found; these are quarantined, and the others committed.
 */
export function createReporter(deps: ReporterDeps): Reporter {
  const { gateway, log, gatewayOutage, gatherMs = GATHER_MS } = deps;
  const { nowMs = () => performance.now(), wait = sleepFor } = deps;
  const troubles = createFailureLog({
    failing: { event: 'outcome.report_failed', message: 'could not report outcomes; they are kept' },
    working: { event: 'outcome.report_resumed', message: 'outcomes are reported again' },
    isKnown: gatewayOutage.isIts,
    log,
  });
  const closing = new AbortController();
  /** Calls that were answered so far, of any batch: they show that the status service works. */
  let commits = 0;

  const isRefused = (error: unknown) => error !== closing.signal.reason && isRefusal(error);

  async function commitTogether(outcomes: Outcome[]): Promise<Verdict[]> {
    closing.signal.throwIfAborted();
    const verdicts = await gatewayOutage.answerOf(() => gateway.commitOutcomes(outcomes));
    commits += 1;
    return verdicts;
  }

  /** If refused, in halves, down to single outcomes. Committing one twice does no harm. */
  async function commitParts(outcomes: Outcome[]): Promise<Part[]> {
    const settled = await settleByHalves(outcomes, commitTogether, isRefused);
    return settled.map((part) => {
      if (part.status === 'fulfilled') return part.value;
      if (!isRefused(part.reason)) throw part.reason;
      return { kind: 'refused', error: part.reason };
    });
  }

  async function commit(outcomes: Outcome[]): Promise<Reported[]> {
    const commitsBefore = commits;
    let refusedAtMs: number | undefined;
    for (let waitMs = RETRY_MS_MIN; ; waitMs = Math.min(waitMs * 2, RETRY_MS_MAX)) {
      let failure: unknown;
      try {
        const parts = await commitParts(outcomes);
        const refused = parts.find((part): part is Refusal => part.kind === 'refused');
        refusedAtMs ??= nowMs();
        if (refused === undefined || commits > commitsBefore || nowMs() - refusedAtMs >= REFUSED_MS_MAX) {
          troubles.succeeded();
          return parts.map((part, index) => settle(part, outcomes[index] as Outcome));
        }
        failure = refused.error;
      } catch (error) {
        closing.signal.throwIfAborted();
        if (error instanceof UnavailableError) return outcomes.map(() => ({ kind: 'unreported' }));
        refusedAtMs = undefined;
        failure = error;
        if (gatewayOutage.isIts(error)) gatewayOutage.failed(error);
      }
      troubles.failed(failure, { outcomes: outcomes.length });
      await wait(waitMs, closing.signal);
    }
  }

  function settle(part: Part, outcome: Outcome): Reported {
    if (part.kind !== 'refused') return part;
    const { deliveryId, destinationId, round } = outcome;
    log.error(
      {
        event: 'outcome.quarantined',
        deliveryId,
        destinationId,
        round,
        attempt: outcome.kind === 'attempted' ? outcome.number : undefined,
        err: part.error,
      },
      'an outcome cannot be recorded; its delivery will be attempted again',
    );
    return { kind: 'quarantined' };
  }

  const batcher = createBatcher<Outcome, Reported>({
    batchSizeMax: BATCH,
    batchWeightMax: BATCH_CHARACTERS,
    gatherMs,
    concurrency: CONCURRENCY,
    run: commit,
  });
  return {
    add: async (outcome) =>
      (await batcher.addAll([outcome], { weight: answerLengthOf(outcome) }))[0] as Reported,
    pending: batcher.pending,
    close: async () => {
      closing.abort(new Error('the worker is closing'));
      await batcher.close();
    },
  };
}

const answerLengthOf = (outcome: Outcome): number =>
  outcome.kind === 'attempted' ? (outcome.result.responseBody?.length ?? 0) : 0;

async function sleepFor(ms: number, signal: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal });
}
