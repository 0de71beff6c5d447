import * as fc from 'fast-check';
import { DAY, HOUR, MINUTE, SECOND } from './model.ts';
import type { Result } from './outcomes.ts';

/** By number, taken modulo what there is when it runs; the latest first. */
type Pick = number;

/** A destination with few slots and short delays, or one with some more and long ones. */
export type Name = 'A' | 'B';

/** `crash`: the process dies after the commit, before its answer is heard: what it released is never added. */
interface Commit {
  hasRoom: boolean;
  crash: boolean;
}

export type DestinationChange = 'disable' | 'enable' | 'pause' | 'resume' | 'delete' | 'revive';

/** One step of a sequence. One for which there is nothing does nothing. */
export type Command =
  | { do: 'accept'; severity: number; isSystemError: boolean }
  /** Alerts are accepted and planned in one go; their commit may have outcomes in hand too. */
  | ({ do: 'arrive'; alerts: { severity: number; to: Name[] }[]; outcomes?: Pick[] } & Commit)
  /** Of alerts with a plan too, that is: again, with this or another plan. */
  | ({ do: 'plan'; plans: { alert: Pick; to: Name[] }[] } & Commit)
  /** Workers take jobs and make their POSTs; the outcomes stay in hand. */
  | { do: 'post'; jobs: { job: Pick; result: Result }[] }
  /** Outcomes in hand are reported, and such as were reported before. */
  | ({ do: 'report'; outcomes: Pick[] } & Commit)
  /** Both in one. */
  | ({ do: 'work'; jobs: { job: Pick; result: Result }[] } & Commit)
  | ({ do: 'resend'; delivery: Pick } & Commit)
  | ({ do: 'resendAlert'; alert: Pick; to: Name[] | 'failed' } & Commit)
  | { do: 'bulkResend'; to: Name | null; statuses: string[] }
  | ({ do: 'bulkStep'; size: number } & Commit)
  | { do: 'bulkCancel'; resend: Pick }
  | { do: 'destination'; to: Name; change: DestinationChange }
  | { do: 'loseJob'; job: Pick }
  | { do: 'emptyQueues' }
  | { do: 'pass'; ms: number }
  | ({ do: 'tick' } & Commit)
  | { do: 'expire' }
  | { do: 'notice'; crash: boolean };

const pick = fc.nat({ max: 5 });
const one = <T>(...values: T[]) => fc.constantFrom(...values);
/** Mostly true, once in so many times false; a smaller example has true. */
const mostly = (times: number) => fc.nat({ max: times - 1 }).map((n) => n < times - 1);
const commit = { hasRoom: mostly(5), crash: mostly(7).map((isWell) => !isWell) };
const result = one<Result>('refused', 'ok', 'slow', 'busy', 'refused');
const jobs = fc.array(fc.record({ job: pick, result }), { minLength: 1, maxLength: 5 });
const name = one<Name>('A', 'A', 'B');

const record = <T>(kind: string, fields: { [K in keyof T]: fc.Arbitrary<T[K]> }) =>
  fc.record({ do: fc.constant(kind), ...fields }) as unknown as fc.Arbitrary<Command>;
const weighted = (weight: number, arbitrary: fc.Arbitrary<Command>) => ({ weight, arbitrary });

const severity = one(3, 0, 2, 3);
const to = one<Name[]>(['A'], ['A'], ['A', 'B'], ['B']);
const arrive = record('arrive', {
  alerts: fc.array(fc.record({ severity, to }), { minLength: 1, maxLength: 4 }),
  outcomes: fc.array(pick, { maxLength: 3 }),
  ...commit,
});
const command: fc.Arbitrary<Command> = fc.oneof(
  weighted(8, arrive),
  weighted(2, record('accept', { severity, isSystemError: fc.boolean() })),
  weighted(
    3,
    record('plan', {
      plans: fc.uniqueArray(fc.record({ alert: pick, to }), {
        minLength: 1,
        maxLength: 4,
        selector: ({ alert }) => alert,
      }),
      ...commit,
    }),
  ),
  weighted(2, record('post', { jobs })),
  weighted(2, record('report', { outcomes: fc.array(pick, { minLength: 1, maxLength: 3 }), ...commit })),
  weighted(10, record('work', { jobs, ...commit })),
  weighted(3, record('resend', { delivery: pick, ...commit })),
  weighted(
    1,
    record('resendAlert', {
      alert: pick,
      to: one<Name[] | 'failed'>('failed', ['A', 'B'], ['B']),
      ...commit,
    }),
  ),
  weighted(
    2,
    record('bulkResend', {
      to: one<Name | null>(null, 'A', 'B'),
      statuses: one(['failed'], ['failed', 'cancelled'], ['succeeded', 'failed', 'cancelled']),
    }),
  ),
  weighted(3, record('bulkStep', { size: one(1, 2, 5), ...commit })),
  weighted(1, record('bulkCancel', { resend: pick })),
  weighted(2, record('destination', { to: name, change: one<DestinationChange>('disable', 'enable') })),
  weighted(2, record('destination', { to: name, change: one<DestinationChange>('pause', 'resume') })),
  weighted(1, record('destination', { to: name, change: one<DestinationChange>('delete', 'revive') })),
  weighted(2, record('loseJob', { job: pick })),
  weighted(1, record('emptyQueues', {})),
  weighted(
    5,
    record('pass', {
      ms: one(SECOND, 5 * SECOND, 16 * SECOND, MINUTE, 10 * MINUTE, 20 * MINUTE, 2 * HOUR, 4 * DAY, 8 * DAY),
    }),
  ),
  weighted(5, record('tick', commit)),
  weighted(1, record('expire', {})),
  weighted(1, record('notice', { crash: fc.boolean() })),
);

/** Begins with alerts, for without any nothing happens. */
export const sequences: fc.Arbitrary<Command[]> = fc
  .tuple(arrive, fc.array(command, { maxLength: 30, size: 'max' }))
  .map(([first, rest]) => [first, ...rest]);
