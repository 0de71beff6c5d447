import { expect } from '@jest/globals';
import type { Command, DestinationChange, Name } from './commands.ts';
import { type Dispatch, followDispatch, type Job } from './dispatching.ts';
import { type Alert, createModel, type Delivery, type Destination, MINUTE, type Model } from './model.ts';
import { claim, type OutcomeInHand, takeOutcome } from './outcomes.ts';
import * as time from './passing-time.ts';
import { addDelivery, BEFORE_ALL, matches, nextResend, sendAgain, stepResend } from './sending-again.ts';
import type { System } from './system.ts';

const IDS: Record<Name, string> = {
  A: '8a14e590-96c5-48b1-bc7e-5025ad979f9e',
  B: 'b383e752-440f-4454-8bae-1968eda65f9b',
};
const idsOf = (names: Name[]): string[] => names.map((name) => IDS[name]);

export interface Sequence {
  model: Model;
  system: System;
  /** The jobs in the queues, by delivery, round and dispatch. */
  jobs: Map<string, Job>;
  /** Whether the queues lost everything, and the dispatcher has not found that out. */
  emptied: boolean;
  /** What workers hold or reported: any of it may be reported, once more or at last. */
  outcomes: OutcomeInHand[];
  /** What happened, for the report of a failure. */
  trace: string[];
}

export async function beginSequence(system: System): Promise<Sequence> {
  const model = createModel([
    { id: IDS.A, slots: 2, maxRetries: 3, baseDelayMs: 5_000 },
    // Its first retry is due after exactly as long as one may wait in a queue.
    { id: IDS.B, slots: 3, maxRetries: 2, baseDelayMs: 10 * MINUTE },
  ]);
  await system.reset(model.destinations.values());
  return { model, system, jobs: new Map(), emptied: false, outcomes: [], trace: [] };
}

type Of<K extends Command['do']> = Extract<Command, { do: K }>;
type Performer<K extends Command['do']> = (sequence: Sequence, command: Of<K>) => Promise<void>;

const keyOf = ({ deliveryId, round, dispatchNumber }: Pick<Job, 'deliveryId' | 'round' | 'dispatchNumber'>) =>
  `${deliveryId} ${round} ${dispatchNumber}`;

/** The latest first. */
const pickOf = <T>(all: Iterable<T>, pick: number): T | undefined => {
  const list = [...all].reverse();
  return list[pick % Math.max(1, list.length)];
};

const unique = <T>(values: (T | undefined)[]): T[] => [
  ...new Set(values.filter((value): value is T => value !== undefined)),
];

/** What was dispatched, by the limits that the same commit found or made. */
async function follow({ model, system }: Sequence, jobs: Job[], dispatch: Dispatch): Promise<void> {
  const limits = await system.limits();
  for (const destination of model.destinations.values())
    Object.assign(destination, limits.get(destination.id));
  followDispatch(model, jobs, dispatch);
}

function enqueue({ jobs }: Sequence, added: Job[]): void {
  for (const job of added) jobs.set(keyOf(job), job);
}

type Batch = { alert: Alert; destinationIds: string[] }[];
type CommitFlags = { hasRoom: boolean; crash: boolean };

const plan: Performer<'plan'> = async (sequence, { plans, ...commit }) => {
  const alerts = unique(plans.map(({ alert }) => pickOf(sequence.model.alerts.values(), alert)));
  const batch = alerts.map((alert, n) => ({ alert, destinationIds: idsOf(plans[n]?.to ?? []) }));
  await commitReports(sequence, batch, [], commit);
};

const arrive: Performer<'arrive'> = async (sequence, { alerts, outcomes = [], ...commit }) => {
  const batch: Batch = [];
  for (const { severity, to } of alerts)
    batch.push({ alert: await accept(sequence, severity), destinationIds: idsOf(to) });
  await commitReports(sequence, batch, unique(outcomes.map((one) => pickOf(sequence.outcomes, one))), commit);
};

/** Reports plans and outcomes in one commit. */
async function commitReports(
  sequence: Sequence,
  plans: Batch,
  outcomes: OutcomeInHand[],
  { hasRoom, crash }: CommitFlags,
): Promise<void> {
  if (plans.length + outcomes.length === 0) return;
  const { model, system } = sequence;
  const reported = outcomes.map((outcome) => ({
    outcome,
    delivery: model.deliveries.get(outcome.deliveryId) as Delivery,
  }));
  const { told, jobs } = await system.report({ plans, outcomes: reported }, hasRoom);
  const fresh = decideOnce(model, plans);
  expect(told).toEqual(outcomes.map((outcome) => takeOutcome(model, outcome)));
  for (const alert of fresh) makeDeliveries(sequence, alert);
  const destinationIds = [
    ...fresh.flatMap((alert) => alert.plan as string[]),
    ...reported.map(({ delivery }) => delivery.destinationId),
  ];
  await follow(sequence, jobs, { hasRoom, destinationIds });
  if (crash) return;
  for (const [n, outcome] of outcomes.entries())
    if (told[n]?.kind !== 'retry') sequence.jobs.delete(keyOf(outcome));
  enqueue(sequence, jobs);
}

/** An alert's first plan is final. @returns the alerts that had none */
function decideOnce(model: Model, plans: Batch): Alert[] {
  const fresh = plans.filter(({ alert }) => alert.plan === null);
  for (const { alert, destinationIds } of fresh)
    alert.plan = destinationIds.filter((id) => !time.isSpared(model, alert.id, id));
  return fresh.map(({ alert }) => alert);
}

function makeDeliveries({ model, system }: Sequence, alert: Alert): void {
  model.counted.accepted += 1;
  for (const destinationId of alert.plan ?? []) {
    (model.destinations.get(destinationId) as { counted: { accepted: number } }).counted.accepted += 1;
    const { id: alertId, severityRank, isSystemError } = alert;
    const id = system.deliveryIdOf(alertId, destinationId);
    addDelivery(model, { id, alertId, destinationId, severityRank, isSystemError, trigger: 'auto' });
  }
}

/** What workers do with jobs: an outcome for each that may be attempted, or must be skipped. */
function makePosts({ model, jobs }: Sequence, picks: Of<'post'>['jobs']): OutcomeInHand[] {
  const taken = unique(picks.map(({ job }) => pickOf(jobs.values(), job)));
  return taken.flatMap((job, n): OutcomeInHand[] => {
    const claimed = claim(model, job);
    if (claimed.kind === 'superseded') jobs.delete(keyOf(job));
    if (claimed.kind === 'superseded' || claimed.kind === 'early') return [];
    const { deliveryId, round, dispatchNumber } = job;
    const number = claimed.kind === 'attempt' ? claimed.number : null;
    return [{ deliveryId, round, dispatchNumber, number, result: picks[n]?.result ?? 'ok' }];
  });
}

const resendAlert: Performer<'resendAlert'> = async (sequence, { alert: pick, to, hasRoom, crash }) => {
  const alert = pickOf(sequence.model.alerts.values(), pick);
  if (alert?.plan) await resend(sequence, alert.id, to === 'failed' ? to : idsOf(to), { hasRoom, crash });
};

async function resend(
  sequence: Sequence,
  alertId: string,
  to: string[] | 'failed',
  { hasRoom, crash }: CommitFlags,
): Promise<void> {
  const { model, system } = sequence;
  const { refused, jobs } = await system.sendAgain(alertId, to, hasRoom);
  const taken = sendAgain(model, alertId, to, { hasRoom, newId: system.deliveryIdOf });
  expect(refused).toBe(taken.refused);
  if (taken.refused !== null) return;
  await follow(sequence, jobs, { hasRoom, keepSlot: taken.keepSlot });
  if (!crash) enqueue(sequence, jobs);
}

const bulkResend: Performer<'bulkResend'> = async ({ model, system }, { to, statuses }) => {
  const destinationId = to && IDS[to];
  const asked = await system.requestBulkResend(destinationId, statuses);
  const destination = destinationId === null ? null : model.destinations.get(destinationId);
  const same = [...model.resends.values()].find(
    (known) =>
      known.state === 'running' &&
      known.destinationId === destinationId &&
      known.statuses.join() === statuses.join(),
  );
  if (same !== undefined) {
    expect(asked).toMatchObject({ id: same.id, matched: same.matched, isNew: false });
    return;
  }
  if (destination && (!destination.enabled || destination.deleted)) {
    expect(asked).toEqual({ refused: 'destination_unavailable' });
    return;
  }
  const filter = { destinationId, statuses, requestedAt: model.now };
  const matched = matches(model, filter).length;
  expect(asked).toEqual({ refused: null, id: expect.any(String), matched, atLeast: false, isNew: true });
  const { id } = asked as { id: string };
  const progress = { state: 'running', cursor: BEFORE_ALL } as const;
  model.resends.set(id, {
    ...filter,
    ...progress,
    id,
    matched,
    resent: 0,
    skipped: 0,
    began: [],
    updatedAt: model.now,
  });
};

const bulkStep: Performer<'bulkStep'> = async (sequence, { size, hasRoom, crash }) => {
  const { model, system } = sequence;
  const jobs = await system.stepBulkResend(size, hasRoom);
  const next = nextResend(model);
  if (next !== undefined) stepResend(model, next, size);
  await follow(sequence, jobs, { hasRoom });
  if (!crash) enqueue(sequence, jobs);
};

const tick: Performer<'tick'> = async (sequence, { hasRoom, crash }) => {
  const { model, system, jobs } = sequence;
  const { emptied } = sequence;
  const done = await system.tick({
    isMissing: (ref) => !jobs.has(keyOf(ref)),
    hasRoom: async () => hasRoom,
    wasEmptied: async () => sequence.emptied,
    acknowledgeEmptied: async () => {
      sequence.emptied = false;
    },
    failsToAdd: crash,
  });
  const cancelled = time.cancelForDeleted(model);
  if (emptied) time.endLeases(model);
  const reclaimed = time.reclaimLost(
    model,
    ({ id, round, dispatchNumber }) => !jobs.has(keyOf({ deliveryId: id, round, dispatchNumber })),
  );
  const alertIds = hasRoom ? time.requeueAlerts(model, emptied) : [];
  if (done.reclaimed !== undefined) expect(done).toMatchObject({ cancelled, reclaimed });
  expect(done.alertIds.toSorted()).toEqual(alertIds.toSorted());
  await follow(sequence, done.jobs, { hasRoom, destinationIds: model.destinations.keys() });
  if (!crash) enqueue(sequence, done.jobs);
};

const notice: Performer<'notice'> = async (sequence, { crash }) => {
  const { model, system, trace } = sequence;
  const sent = await system.raiseNotice(crash);
  const expected = time.noticeToSend(model);
  expect(sent?.failures ?? null).toEqual(expected);
  if (sent === null) return;
  trace.push(`  notice of ${JSON.stringify(sent.failures)}`);
  if (model.noticeSending !== null) expect(sent.alertId).toBe(model.noticeSending.alertId);
  time.takeNotice(model, sent.alertId, sent.failures);
  if (crash) return;
  model.noticeSending = null;
  await accept(sequence, 1, { id: sent.alertId, isSystemError: true });
};

async function accept(
  { model, system }: Sequence,
  severityRank: number,
  { id = `a${model.alerts.size}`, isSystemError = false }: Partial<Alert> = {},
): Promise<Alert> {
  const alert: Alert = {
    id,
    severityRank,
    isSystemError,
    receivedAt: model.now,
    plan: null,
    enqueuedAt: null,
  };
  await system.accept(alert);
  model.alerts.set(alert.id, alert);
  return alert;
}

const AFTER: Record<DestinationChange, Partial<Destination>> = {
  disable: { enabled: false },
  enable: { enabled: true },
  pause: { paused: true },
  resume: { paused: false },
  delete: { deleted: true },
  revive: { deleted: false, enabled: true, paused: false },
};

const destination: Performer<'destination'> = async ({ model, system }, { to, change }) => {
  const id = IDS[to];
  const known = model.destinations.get(id) as Destination;
  // What is deleted is not edited; reviving is for what is deleted.
  if (known.deleted !== (change === 'revive')) return;
  await system.changeDestination(id, change);
  const took = known.enabled && !known.paused;
  Object.assign(known, AFTER[change], change === 'revive' ? { revivedAt: model.now } : {});
  if (took !== (known.enabled && !known.paused)) known.turns.push(model.now);
};

const PERFORMERS: { [K in Command['do']]: Performer<K> } = {
  accept: async (sequence, { severity, isSystemError }) =>
    void (await accept(sequence, severity, { isSystemError })),
  plan,
  arrive,
  post: async (sequence, { jobs }) => void sequence.outcomes.push(...makePosts(sequence, jobs)),
  report: async (sequence, { outcomes, ...commit }) => {
    const picked = unique(outcomes.map((one) => pickOf(sequence.outcomes, one)));
    await commitReports(sequence, [], picked, commit);
  },
  work: async (sequence, { jobs, ...commit }) => {
    const made = makePosts(sequence, jobs);
    sequence.outcomes.push(...made);
    await commitReports(sequence, [], made, commit);
  },
  resend: async (sequence, { delivery: pick, ...commit }) => {
    const delivery = pickOf(sequence.model.deliveries.values(), pick);
    if (delivery !== undefined) await resend(sequence, delivery.alertId, [delivery.destinationId], commit);
  },
  resendAlert,
  bulkResend,
  bulkStep,
  bulkCancel: async ({ model, system }, { resend: pick }) => {
    const known = pickOf(model.resends.values(), pick);
    if (known === undefined) return;
    expect(await system.cancelBulkResend(known.id)).toBe(known.state === 'running');
    if (known.state === 'running') Object.assign(known, { state: 'cancelled', updatedAt: model.now });
  },
  destination,
  loseJob: async ({ jobs }, { job }) => {
    const lost = pickOf(jobs.values(), job);
    if (lost !== undefined) jobs.delete(keyOf(lost));
  },
  emptyQueues: async (sequence) => {
    sequence.jobs.clear();
    sequence.emptied = true;
  },
  pass: async ({ model }, { ms }) => {
    model.now += ms;
  },
  tick,
  expire: async ({ model, system }) => expect(await system.expire()).toBe(time.expire(model)),
  notice,
};

/** What the system does not see. */
const UNSEEN: ReadonlySet<Command['do']> = new Set(['pass', 'post', 'loseJob', 'emptyQueues']);

/** Does one step to both, and compares what they answer. */
export async function perform(sequence: Sequence, command: Command): Promise<void> {
  const { model, system, trace } = sequence;
  trace.push(JSON.stringify(command));
  // No two steps at the same time: `updatedAt` and `requestedAt` have an order.
  model.now += 1;
  if (!UNSEEN.has(command.do)) await system.setClock(model.now);
  await (PERFORMERS[command.do] as Performer<Command['do']>)(sequence, command as never);
}
