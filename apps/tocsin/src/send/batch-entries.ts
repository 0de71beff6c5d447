import type { AlertEntry, InputEntry, Rejection } from './alert-entry.ts';

/** Alerts that go out in one request, and what was passed over between them. */
export interface Batch {
  alerts: AlertEntry[];
  rejections: Rejection[];
  /** Number of the last thing of the input that is in it. */
  lastItem: number;
  /** Bytes of the input up to its end. */
  endOffset: number;
}

export interface BatchLimits {
  alertsMax: number;
  /** For the alerts in a request, a byte for what follows each included. */
  bytesMax: number;
}

/** Rejections alone make a batch too, so that an input with nothing but faults is no burden on memory. */
const REJECTIONS_MAX = 1_000;

function emptyBatch(): Batch {
  return { alerts: [], rejections: [], lastItem: 0, endOffset: 0 };
}

/** Gathers entries, in their order, into batches within the limits. An alert that is too large alone goes alone. */
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
