import type { Command, Name } from './commands.ts';
import { DAY, MINUTE, SECOND } from './model.ts';
import type { Result } from './outcomes.ts';

const WELL = { hasRoom: true, crash: false };
const FULL = { hasRoom: false, crash: false };

const arrive = (to: Name, severities: number[], commit = WELL): Command => ({
  do: 'arrive',
  alerts: severities.map((severity) => ({ severity, to: [to] })),
  ...commit,
});
const work = (result: Result, ...jobs: number[]): Command => ({
  do: 'work',
  jobs: jobs.map((job) => ({ job, result })),
  ...WELL,
});
const pass = (ms: number): Command => ({ do: 'pass', ms });
const tick: Command = { do: 'tick', ...WELL };
const notice: Command = { do: 'notice', crash: false };

/** A delivery to B that failed: its two retries are due after ten minutes and half an hour. */
const failAfterRetries = [
  arrive('B', [3]),
  work('refused', 0),
  pass(10 * MINUTE),
  work('refused', 0),
  pass(30 * MINUTE),
  tick,
  work('refused', 0),
];

/** What random sequences come to seldom: exact limits, and who may overtake whom. */
export const EXAMPLES: { rule: string; commands: Command[] }[] = [
  {
    rule: 'what is due after exactly ten minutes keeps its slot, what is due later waits in Postgres',
    commands: [arrive('B', [3, 3]), work('refused', 0), work('busy', 0)],
  },
  {
    rule: 'a plan that fills a destination exactly leaves nothing waiting, and one more waits',
    commands: [arrive('A', [3, 3]), arrive('B', [3, 3, 3]), arrive('B', [0])],
  },
  {
    rule: 'the first plan of an alert is final',
    commands: [arrive('A', [3]), { do: 'plan', plans: [{ alert: 0, to: ['B'] }], ...WELL }],
  },
  {
    rule: 'a new alert does not overtake what waits for room',
    commands: [arrive('B', [0, 0, 0, 0], FULL), arrive('B', [3])],
  },
  {
    rule: 'a new round does not overtake what waits for room',
    commands: [
      arrive('B', [3]),
      work('ok', 0),
      arrive('B', [0], FULL),
      { do: 'resend', delivery: 1, ...WELL },
    ],
  },
  {
    rule: 'a retry that is made due now does not overtake what waits for room',
    commands: [
      arrive('B', [3]),
      work('busy', 0),
      arrive('B', [0], FULL),
      { do: 'resend', delivery: 1, ...WELL },
    ],
  },
  {
    rule: 'a retry that is made due now keeps the slot that it holds, though none is free',
    commands: [
      arrive('B', [3]),
      work('refused', 0),
      arrive('B', [3, 3]),
      { do: 'resend', delivery: 2, ...WELL },
    ],
  },
  {
    rule: 'a bulk resend does not overtake what waits for room',
    commands: [
      ...failAfterRetries,
      arrive('B', [0], FULL),
      { do: 'bulkResend', to: 'B', statuses: ['failed'] },
      { do: 'bulkStep', size: 5, ...WELL },
    ],
  },
  {
    rule: 'first attempts are dispatched before retries that are due for longer, and both by age',
    commands: [
      arrive('B', [2, 2, 2]),
      work('busy', 0),
      pass(SECOND),
      work('busy', 0),
      pass(SECOND),
      work('busy', 0),
      pass(3 * 60 * MINUTE),
      arrive('B', [2, 2], FULL),
      tick,
    ],
  },
  {
    rule: 'an outcome of a delivery that was reclaimed uses no slot that is not free',
    commands: [
      arrive('A', [3, 3]),
      { do: 'post', jobs: [{ job: 0, result: 'refused' }] },
      { do: 'loseJob', job: 0 },
      pass(16 * SECOND),
      { do: 'tick', ...FULL },
      arrive('A', [0]),
      { do: 'report', outcomes: [0], ...WELL },
    ],
  },
  {
    rule: 'a job is looked for when its lease has run out, and not before',
    commands: [arrive('A', [3]), { do: 'loseJob', job: 0 }, pass(15 * SECOND - 3), tick, tick, tick, tick],
  },
  {
    rule: 'what was in emptied queues is dispatched again at once',
    commands: [arrive('B', [3, 0]), { do: 'emptyQueues' }, tick],
  },
  {
    rule: 'what was open when its destination was deleted is cancelled, though the destination is revived',
    commands: [
      arrive('B', [3]),
      { do: 'destination', to: 'B', change: 'delete' },
      { do: 'destination', to: 'B', change: 'revive' },
      tick,
    ],
  },
  {
    rule: 'what is due at a paused destination waits, whatever it was doing, and goes out once it is resumed',
    commands: [
      arrive('B', [3, 3, 3]),
      work('refused', 0),
      { do: 'destination', to: 'B', change: 'pause' },
      work('refused', 1),
      { do: 'resend', delivery: 2, ...WELL },
      arrive('B', [0]),
      pass(10 * MINUTE),
      work('ok', 0, 1, 2, 3),
      tick,
      { do: 'destination', to: 'B', change: 'resume' },
      tick,
    ],
  },
  {
    rule: 'a retry that is made due now waits while its destination is paused',
    commands: [
      arrive('B', [3]),
      work('refused', 0),
      { do: 'destination', to: 'B', change: 'pause' },
      { do: 'resend', delivery: 0, ...WELL },
    ],
  },
  {
    rule: 'the time in which a destination was paused or disabled does not count towards the expiry',
    commands: [
      arrive('B', [3]),
      pass(4 * DAY),
      { do: 'destination', to: 'B', change: 'pause' },
      pass(8 * DAY),
      { do: 'destination', to: 'B', change: 'disable' },
      { do: 'destination', to: 'B', change: 'resume' },
      arrive('B', [0]),
      pass(8 * DAY),
      { do: 'expire' },
      { do: 'destination', to: 'B', change: 'enable' },
      pass(2 * DAY),
      { do: 'destination', to: 'B', change: 'pause' },
      pass(8 * DAY),
      { do: 'destination', to: 'B', change: 'resume' },
      { do: 'expire' },
      pass(1 * DAY),
      { do: 'expire' },
      pass(4 * DAY),
      { do: 'expire' },
    ],
  },
  {
    rule: 'a delivery that ran out of time is in a notice',
    commands: [arrive('B', [3]), pass(8 * DAY), { do: 'expire' }, pass(3 * SECOND), notice],
  },
  {
    rule: 'a notice follows the last one after ten minutes, and not before',
    commands: [
      arrive('B', [3, 3]),
      pass(8 * DAY),
      { do: 'expire' },
      pass(3 * SECOND),
      notice,
      arrive('A', [3]),
      work('refused', 0),
      ...[0, 1, 2].flatMap(() => [pass(MINUTE), work('refused', 0)]),
      // A millisecond is passed with each step.
      pass(7 * MINUTE - 11),
      notice,
      notice,
      notice,
    ],
  },
];
