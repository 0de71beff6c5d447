import type { Readable } from 'node:stream';
import { OTHER_FORMAT_BYTES } from '@tocsin/json';
import { detectLayout, type JsonLayout } from './json-layout.ts';
import { type CutValue, createJsonSplitter, type JsonSplitter } from './json-splitter.ts';
import { createLineCutter } from './line-cutter.ts';
import { refuseOtherFormat } from './refuse-other-format.ts';

/** A first line longer than this is NDJSON: objects over several lines have short lines. Bytes. */
const LAYOUT_BYTES_MAX = 1024 * 1024;
const BYTE_ORDER_MARK = Buffer.from([0xef, 0xbb, 0xbf]);

/** Reading was stopped by the caller; the current value is incomplete. */
class StoppedError extends Error {
  constructor() {
    super('Stopped.');
    this.name = 'StoppedError';
  }
}

/** The stream's chunks; throws `StoppedError` as soon as `stop` is aborted, also while waiting for a slow writer. */
async function* readChunks(stream: Readable, stop: AbortSignal): AsyncGenerator<Buffer> {
  const onStop = () => stream.destroy();
  stop.addEventListener('abort', onStop);
  try {
    if (stop.aborted) throw new StoppedError();
    for await (const chunk of stream) {
      yield Buffer.isBuffer(chunk) ? chunk : Buffer.from(chunk);
      if (stop.aborted) throw new StoppedError();
    }
  } finally {
    stop.removeEventListener('abort', onStop);
  }
  // A stream that is destroyed without an error ends like one that was read to its end.
  if (stop.aborted) throw new StoppedError();
}

function createCutter(layout: JsonLayout, valueBytesMax: number): JsonSplitter {
  return layout === 'lines'
    ? createLineCutter({ valueBytesMax })
    : createJsonSplitter({ layout, valueBytesMax });
}

/** Removes a byte order mark, once enough bytes have come to recognise it; refuses other formats. */
function afterMark(head: Buffer, ended: boolean): { head: Buffer; dropped: number } | null {
  if (head.length < OTHER_FORMAT_BYTES && !ended) return null;
  refuseOtherFormat(head, 'The input');
  const dropped = head.subarray(0, 3).equals(BYTE_ORDER_MARK) ? 3 : 0;
  return { head: head.subarray(dropped), dropped };
}

/**
 * Reads JSON values from NDJSON, an array, a single object, or objects one after another, as a stream: memory is
 * bounded by the longest value.
 *
 * @param valueBytesMax a longer value is reported as a fault
 * @throws StoppedError once `stop` is aborted; UsageError for an input of another format; the stream's own errors
 */
export async function* readValues(
  stream: Readable,
  options: { valueBytesMax: number; stop: AbortSignal },
): AsyncGenerator<CutValue> {
  const { valueBytesMax, stop } = options;
  let head: Buffer = Buffer.alloc(0);
  let cutter: JsonSplitter | null = null;
  let dropped = 0;
  function* cut(chunk: Buffer): Generator<CutValue> {
    for (const value of cutter?.push(chunk) ?? []) yield { ...value, endOffset: value.endOffset + dropped };
  }
  function begin(ended: boolean): Buffer | null {
    const marked = afterMark(head, ended);
    const layout = marked === null ? null : detectLayout(marked.head, ended);
    const given = layout ?? (head.length > LAYOUT_BYTES_MAX ? 'lines' : null);
    if (marked === null || given === null) return null;
    dropped = marked.dropped;
    cutter = createCutter(given, valueBytesMax);
    return marked.head;
  }
  for await (const chunk of readChunks(stream, stop)) {
    if (cutter !== null) {
      yield* cut(chunk);
      continue;
    }
    head = Buffer.concat([head, chunk]);
    const first = begin(false);
    if (first !== null) yield* cut(first);
  }
  if (cutter === null) {
    const first = begin(true);
    if (first !== null) yield* cut(first);
  }
  for (const value of (cutter as JsonSplitter | null)?.end() ?? []) {
    yield { ...value, endOffset: value.endOffset + dropped };
  }
}
