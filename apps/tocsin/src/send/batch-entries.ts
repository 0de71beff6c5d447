import type { AlertEntry, InputEntry, Rejection } from './alert-entry.ts';

/** Alerts that go out in one request, and the rejections between them. */
export interface Batch {
  alerts: AlertEntry[];
  rejections: Rejection[];
  /** Number of the last input item in it. */
  lastItem: number;
  /** Bytes of the input up to the end of that item. */
  endOffset: number;
}

export interface BatchLimits {
  alertsMax: number;
  /** For all alerts in a request, with one byte for the separator after each. */
  bytesMax: number;
}

/** This many rejections fill a batch too, so that an input of only faults does not fill the memory. */
const REJECTIONS_MAX = 1_000;

function emptyBatch(): Batch {
  return { alerts: [], rejections: [], lastItem: 0, endOffset: 0 };
}

/** Gathers entries, in their order, into batches within the limits. An alert larger than the limit is sent alone. */
export async function* batchEntries(
  entries: AsyncIterable<InputEntry>,
  limits: BatchLimits,
): AsyncGenerator<Batch> {
  let batch = emptyBatch();
  let bytes = 0;
  for await (const entry of entries) {
    const lineBytes = entry.kind === 'alert' ? entry.bytes + 1 : 0;
    const isFull =
      batch.alerts.length >= limits.alertsMax ||
      batch.rejections.length >= REJECTIONS_MAX ||
      (batch.alerts.length > 0 && bytes + lineBytes > limits.bytesMax);
    if (isFull) {
      yield batch;
      batch = emptyBatch();
      bytes = 0;
    }
    if (entry.kind === 'alert') batch.alerts.push(entry);
    else batch.rejections.push(entry.rejection);
    bytes += lineBytes;
    batch.lastItem = entry.item;
    batch.endOffset = entry.endOffset;
  }
  if (batch.lastItem > 0) yield batch;
}
