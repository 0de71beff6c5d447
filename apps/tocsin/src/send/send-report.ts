import type { Rejection } from './alert-entry.ts';
import type { Batch } from './batch-entries.ts';
import type { PostOutcome } from './post-batch.ts';

/** Rejections kept for the list; the rest is only counted. */
const REJECTIONS_KEPT_MAX = 10_000;

export interface SendReport {
  /** Alerts handled, with any result. */
  alerts: number;
  accepted: number;
  duplicates: number;
  /** Of the duplicates, those whose content is not the same as what is stored. */
  differing: number;
  /** Test alerts, which are neither stored nor delivered. */
  tests: number;
  rejected: number;
  /** By their place in the input, at most 10,000. */
  rejections: Rejection[];
  rejectionsOmitted: number;
  /** Alerts that were given an id from their content. */
  idsAssigned: number;
  /** Alerts that were sent without an id, also where no answer came: sent again, they are stored again. */
  idsMissing: number;
}

export interface ReportCollector {
  /** Counts a batch before it is sent: if it fails, it may or may not be stored. */
  begin(batch: Batch): void;
  add(batch: Batch, outcome: PostOutcome): void;
  report(): SendReport;
}

/** Adds up what became of each batch. */
export function createReportCollector(): ReportCollector {
  const sum = {
    alerts: 0,
    accepted: 0,
    duplicates: 0,
    differing: 0,
    tests: 0,
    rejected: 0,
    idsAssigned: 0,
    idsMissing: 0,
  };
  const kept: Rejection[] = [];
  return {
    begin(batch) {
      sum.idsMissing += batch.alerts.filter((alert) => alert.alertId === null).length;
    },
    add(batch, outcome) {
      const rejections = [...batch.rejections, ...outcome.rejections];
      sum.alerts += batch.alerts.length + batch.rejections.length;
      sum.accepted += outcome.accepted;
      sum.duplicates += outcome.duplicates;
      sum.differing += outcome.differing;
      sum.tests += outcome.tests;
      sum.rejected += rejections.length;
      sum.idsAssigned += batch.alerts.filter((alert) => alert.assigned).length;
      kept.push(...rejections.slice(0, REJECTIONS_KEPT_MAX - kept.length));
    },
    report() {
      const rejections = kept.toSorted((a, b) => a.item - b.item);
      return { ...sum, rejections, rejectionsOmitted: sum.rejected - rejections.length };
    },
  };
}
