import { createBatcher } from '@tocsin/batcher';
import { type DispatchedDelivery, type StatusGateway, urgencyOf, type Verdict } from '@tocsin/status-gateway';
import { isRefusal } from '@tocsin/store';
import type { Reports } from './apply-reports.ts';
import type { Commit } from './committer.ts';

/** What comes of a call: verdicts for its outcomes, and for its plans the jobs that the caller is to enqueue. */
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
  /** For what is released of other alerts than those of the plans. Never rejects. */
  enqueue(jobs: DispatchedDelivery[]): Promise<void>;
}

/** Deliveries and outcomes in a transaction, which takes a fraction of a second; a larger call has its own. */
const WEIGHT_MAX = 1_000;

/** Well before its caller gives a call up, however many severe alerts other routers have. */
const PATIENCE_MS = 5_000;

/**
 * Commits what routers and workers report, one transaction after the other. What arrives during one shares the next, so
 * that under load many calls pay once for the locks of their destinations, the plans of the statements and the flush to
 * disk. Outcomes and plans have their turns one after the other, plans by severity: a flood of the ones does not keep the
 * others waiting. Where a transaction is refused, the calls at fault are found, and the others are committed.
 */
export function createReportGroups({ commit, hasRoom, enqueue }: ReportGroupsDeps): StatusGateway {
  const batcher = createBatcher<Call, Answer>({
    async run(calls) {
      const change = {
        plans: calls.flatMap(({ plans }) => plans),
        outcomes: calls.flatMap(({ outcomes }) => outcomes),
      };
      const { result, jobs } = await commit('reports', change, {
        hasRoom: calls.every((call) => call.hasRoom),
      });
      const { answers, others } = share(calls, result, jobs);
      // Who reports outcomes waits for it, and asks for room, and no transaction does: the queues may be unavailable.
      const enqueued = enqueue(others);
      return answers.map((answer) => ({ ...answer, enqueued }));
    },
    batchWeightMax: WEIGHT_MAX,
    patienceMs: PATIENCE_MS,
    isRefusal,
  });
  const report = async (call: Reports) => {
    const caller = call.plans.length > 0 ? 'router' : 'worker';
    const load = { caller, weight: weightOf(call), urgency: urgencyOf(call.plans) };
    const answer = (await batcher.addAll([{ ...call, hasRoom: await hasRoom() }], load))[0] as Answer;
    // A router has jobs of new alerts to enqueue, which are not to wait for those of a backlog.
    if (caller === 'worker') await answer.enqueued;
    return answer;
  };
  return {
    commitPlans: async (plans) => (plans.length === 0 ? [] : (await report({ plans, outcomes: [] })).jobs),
    commitOutcomes: async (outcomes) =>
      outcomes.length === 0 ? [] : (await report({ plans: [], outcomes })).verdicts,
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
