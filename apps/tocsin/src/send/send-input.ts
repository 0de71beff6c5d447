import type { Readable } from 'node:stream';
import type { Client, RetryNotice } from '@tocsin/client';
import { LIMITS } from '@tocsin/contract';
import { readValues } from '../input/read-values.ts';
import { type InputEntry, toEntry } from './alert-entry.ts';
import { type Batch, batchEntries } from './batch-entries.ts';
import { createLowWaterMark } from './low-water-mark.ts';
import { mapConcurrent } from './map-concurrent.ts';
import { postBatch, type RequestBody } from './post-batch.ts';
import { createReportCollector, type SendReport } from './send-report.ts';

/** Bytes that an array needs more than NDJSON. */
const ARRAY_BYTES = 1;

export interface SendOptions {
  /** Alerts in one request. */
  batchSize: number;
  /** Requests under way at once. */
  concurrency: number;
  /** Alerts at the beginning of the input that are passed over. */
  skip: number;
  assignIds: boolean;
  retryForMs: number;
}

export interface SendDeps {
  client: Pick<Client, 'postAlerts'>;
  input: Readable;
  /** Start nothing new, but finish requests in progress. */
  stop: AbortSignal;
  /** Cancel requests in progress. */
  abort: AbortSignal;
  onWait(notice: RetryNotice): void;
  /** @param endOffset bytes of the input dealt with */
  onProgress(report: SendReport, endOffset: number): void;
}

type SendEnd = { kind: 'complete' } | { kind: 'interrupted' } | { kind: 'failed'; error: unknown };

export interface SendResult {
  report: SendReport;
  end: SendEnd;
  /** Number of alerts at the beginning of the input that are done: `skip` for the next run. */
  resumeAt: number;
}

async function* readEntries(
  input: Readable,
  options: SendOptions,
  stop: AbortSignal,
): AsyncGenerator<InputEntry> {
  let item = 0;
  for await (const cut of readValues(input, { valueBytesMax: LIMITS.ingestBytesMax - 1, stop })) {
    item += 1;
    if (item > options.skip) yield toEntry(cut, item, options.assignIds);
  }
}

/** @param failure aborted by the first request that failed, with its error, which causes the other errors */
function endOf(error: unknown, stop: AbortSignal, failure: AbortSignal): SendEnd {
  if (stop.aborted) return { kind: 'interrupted' };
  return { kind: 'failed', error: failure.aborted ? failure.reason : error };
}

/**
 * Sends all alerts of an input, several batches at once. Sending it again is harmless where alerts have ids: what is
 * stored already is answered as a duplicate.
 *
 * @returns what became of the alerts, also where it was interrupted or failed on the way
 */
export async function sendAlerts(deps: SendDeps, options: SendOptions): Promise<SendResult> {
  const collector = createReportCollector();
  const mark = createLowWaterMark(options.skip);
  let endOffset = 0;
  let answered = false;
  // A failure must also end waiting for more input, and for a busy server.
  const failure = new AbortController();
  const halt = AbortSignal.any([deps.stop, failure.signal]);

  async function post(body: RequestBody, repeatable: boolean) {
    const summary = await deps.client.postAlerts(body.text, body.contentType, {
      signal: deps.abort,
      retry: {
        retryForMs: options.retryForMs,
        repeatUnknown: repeatable,
        // A server that never answered probably does not run; one that did is restarting.
        retryRefused: () => answered,
        onWait: deps.onWait,
        signal: halt,
      },
    });
    answered = true;
    return summary;
  }

  async function run(batch: Batch): Promise<void> {
    const done = mark.begin(batch.lastItem);
    collector.begin(batch);
    const outcome = await postBatch(batch.alerts, { post }).catch((error: unknown) => {
      failure.abort(error);
      throw error;
    });
    collector.add(batch, outcome);
    done();
    endOffset = Math.max(endOffset, batch.endOffset);
    deps.onProgress(collector.report(), endOffset);
  }

  const limits = { alertsMax: options.batchSize, bytesMax: LIMITS.ingestBytesMax - ARRAY_BYTES };
  let end: SendEnd = { kind: 'complete' };
  try {
    const source = batchEntries(readEntries(deps.input, options, halt), limits);
    await mapConcurrent({ source, concurrency: options.concurrency, run });
  } catch (error) {
    end = endOf(error, deps.stop, failure.signal);
  }
  return { report: collector.report(), end, resumeAt: mark.value() };
}
