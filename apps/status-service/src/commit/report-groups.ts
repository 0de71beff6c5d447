import { createBatcher } from '@tocsin/batcher';
import {
  type DispatchedDelivery,
  type Outcome,
  type Plan,
  type StatusGateway,
  urgencyOf,
  type Verdict,
} from '@tocsin/status-gateway';
import { isRefusal } from '@tocsin/store';
import type { Reports } from './apply-reports.ts';
import type { Commit } from './committer.ts';

/** What comes of a call in one line: verdicts for its outcomes, and the jobs of its plans. */
interface Answer {
  verdicts: Verdict[];
  jobs: DispatchedDelivery[];
  /** When what was released besides is enqueued, or was left to the dispatcher. */
  enqueued: Promise<void>;
}

interface Call extends Reports {
  /** Whether the queues had room when it came. */
  hasRoom: boolean;
}

export interface ReportGroupsDeps {
  commit: Commit;
  hasRoom(): Promise<boolean>;
  /** For jobs that no caller enqueues: of other alerts than those of its plans, or of one of two lines. Never rejects. */
  enqueue(jobs: DispatchedDelivery[]): Promise<void>;
}

/** Deliveries and outcomes in a transaction, which takes a fraction of a second; a larger call has its own. */
const WEIGHT_MAX = 1_000;

/** Well before its caller gives a call up, however many severe alerts other routers have. */
const PATIENCE_MS = 5_000;

/** How long the last transaction took, and whether as much waits as fits into the next. */
interface LastRun {
  tookMs: number;
  isFull: boolean;
}

/** Outcomes rest so many times as long as the last transaction took. */
const OUTCOMES_REST = 3;
/** At most so long: less than most receivers take to answer; milliseconds. */
const OUTCOMES_REST_MS_MAX = 50;

/**
 * How long after a transaction the next may begin. What it costs for itself is what thirty outcomes cost; so these rest, for
 * longer the more there is to do, and what comes meanwhile shares the next. Only the slots that they free wait for it; new
 * alerts do not. Pure; milliseconds.
 */
export function outcomesRestMs(caller: string, { tookMs, isFull }: LastRun): number {
  return caller === 'worker' && !isFull ? Math.min(OUTCOMES_REST_MS_MAX, OUTCOMES_REST * tookMs) : 0;
}

/** Others work where something of theirs was reported so recently; milliseconds. */
const RECENTLY_MS = 1_000;
const REST_MS_MIN = 25;
/** A worker takes no more jobs while it waits for an answer for too long. */
const REST_MS_MAX = 100;

/**
 * How long the line of backlogs rests before its next transaction: beside others twice as long as the last one took, within
 * bounds, so that they have the database to themselves for most of the time. What is reported meanwhile shares that transaction.
 * An alert waits only as long as that one took: it may be for others besides, which have no backlog. Pure; milliseconds.
 */
export function backlogsRestMs(
  caller: string,
  { tookMs }: Pick<LastRun, 'tookMs'>,
  sinceOthersMs: number,
): number {
  if (sinceOthersMs >= RECENTLY_MS) return 0;
  return Math.min(REST_MS_MAX, caller === 'router' ? tookMs : Math.max(REST_MS_MIN, 2 * tookMs));
}

/**
 * Commits what routers and workers report. What arrives during a transaction shares the next, so that under load many calls
 * pay once for the locks of their destinations, the plans of the statements and the flush to disk. Outcomes and plans have
 * their turns one after the other, plans by severity: a flood of the ones does not keep the others waiting. Where a
 * transaction is refused, the calls at fault are found, and the others are committed.
 *
 * There are two such lines: destinations with a backlog have one of their own, so that nobody else waits for the long
 * transactions in which it drains. It rests between them while others have something to commit. Which line a destination
 * is in decides about waiting alone: what both lines change is under lock.
 */
export function createReportGroups({ commit, hasRoom, enqueue }: ReportGroupsDeps): StatusGateway {
  /** Destinations that had a backlog when they were last committed here. */
  const withBacklog = new Set<string>();
  function noteBacklogs(hasBacklog: ReadonlyMap<string, boolean>): void {
    for (const [id, has] of hasBacklog) {
      if (has) withBacklog.add(id);
      else withBacklog.delete(id);
    }
  }
  const createLine = (restOf: (caller: string, last: LastRun) => number) =>
    createBatcher<Call, Answer>({
      async run(calls) {
        const change = {
          plans: calls.flatMap(({ plans }) => plans),
          outcomes: calls.flatMap(({ outcomes }) => outcomes),
        };
        const { result, jobs, hasBacklog } = await commit('reports', change, {
          hasRoom: calls.every((call) => call.hasRoom),
        });
        noteBacklogs(hasBacklog);
        const { answers, others } = share(calls, result, jobs);
        // Who reports outcomes waits for it, and asks for room, and no transaction does: the queues may be unavailable.
        const enqueued = enqueue(others);
        return answers.map((answer) => ({ ...answer, enqueued }));
      },
      restMs: restOf,
      batchWeightMax: WEIGHT_MAX,
      patienceMs: PATIENCE_MS,
      isRefusal,
    });
  let directAtMs = Number.NEGATIVE_INFINITY;
  const direct = createLine(outcomesRestMs);
  const behindBacklogs = createLine((caller, last) =>
    Math.max(outcomesRestMs(caller, last), backlogsRestMs(caller, last, performance.now() - directAtMs)),
  );
  const lineOf = (destinationIds: string[]) =>
    destinationIds.some((id) => withBacklog.has(id)) ? behindBacklogs : direct;

  async function report(line: typeof direct, part: Reports): Promise<Answer> {
    const caller = part.plans.length > 0 ? 'router' : 'worker';
    const load = { caller, weight: weightOf(part), urgency: urgencyOf(part.plans) };
    if (line === direct) directAtMs = performance.now();
    const answer = (await line.addAll([{ ...part, hasRoom: await hasRoom() }], load))[0] as Answer;
    // A router has jobs of new alerts to enqueue, which are not to wait for those of a backlog.
    if (caller === 'worker') await answer.enqueued;
    return answer;
  }
  return {
    async commitPlans(plans: Plan[]) {
      const parts = Map.groupBy(plans, ({ decision }) => lineOf(decision.destinationIds));
      const reportPart = async (line: typeof direct, part: Plan[]) => {
        const { jobs } = await report(line, { plans: part, outcomes: [] });
        if (parts.size === 1) return jobs;
        // These jobs wait for no other line. If what is for that is refused, the call throws and returns no jobs.
        await enqueue(jobs);
        return [];
      };
      const settled = await Promise.allSettled([...parts].map(([line, part]) => reportPart(line, part)));
      const refused = settled.find((part) => part.status === 'rejected');
      if (refused !== undefined) throw refused.reason;
      return settled.flatMap((part) => (part.status === 'fulfilled' ? part.value : []));
    },
    async commitOutcomes(outcomes: Outcome[]) {
      const verdicts = new Map<Outcome, Verdict>();
      const parts = Map.groupBy(outcomes, ({ destinationId }) => lineOf([destinationId]));
      const reportPart = async (line: typeof direct, part: Outcome[]) => {
        const answer = await report(line, { plans: [], outcomes: part });
        for (const [index, outcome] of part.entries())
          verdicts.set(outcome, answer.verdicts[index] as Verdict);
      };
      await Promise.all([...parts].map(([line, part]) => reportPart(line, part)));
      return outcomes.map((outcome) => verdicts.get(outcome) as Verdict);
    },
  };
}

type OwnAnswer = Omit<Answer, 'enqueued'>;

/** Gives each call its verdicts, and the jobs of its alerts. */
function share(calls: Reports[], verdicts: Verdict[], jobs: DispatchedDelivery[]) {
  const planned = new Map<string, OwnAnswer>();
  let judged = 0;
  const answers = calls.map(({ plans, outcomes }): OwnAnswer => {
    const answer: OwnAnswer = { verdicts: verdicts.slice(judged, judged + outcomes.length), jobs: [] };
    judged += outcomes.length;
    for (const { alertId } of plans) planned.set(alertId, answer);
    return answer;
  });
  const others: DispatchedDelivery[] = [];
  for (const job of jobs) (planned.get(job.alertId)?.jobs ?? others).push(job);
  return { answers, others };
}

function weightOf({ plans, outcomes }: Reports): number {
  return plans.reduce((sum, { decision }) => sum + 1 + decision.destinationIds.length, outcomes.length);
}
