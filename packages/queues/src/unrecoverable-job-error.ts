/**
 * Thrown by who processes an alert job that the same job would fail with again. The job ends as failed; its alerts are queued
 * again from Postgres, so that no such jobs pile up.
 */
export class UnrecoverableJobError extends Error {}
