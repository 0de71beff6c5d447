import { UnrecoverableJobError } from '@tocsin/queues';

const FAULTS = {
  unreadable_facts: { what: 'The routing facts of', why: 'cannot be read' },
  refused_plans: { what: 'The decision for', why: 'cannot be committed' },
};

/** Alerts of a job that cannot be routed, however often the job is tried; the others of it were. */
export class UnroutableAlertsError extends UnrecoverableJobError {
  readonly code: keyof typeof FAULTS;

  constructor(code: keyof typeof FAULTS, alertIds: readonly string[], cause?: unknown) {
    const { what, why } = FAULTS[code];
    const more = alertIds.length > 1 ? ` and ${alertIds.length - 1} more` : '';
    super(`${what} alert ${alertIds[0]}${more} ${why}`, { cause });
    this.name = 'UnroutableAlertsError';
    this.code = code;
  }
}
