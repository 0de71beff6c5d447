import { createHash } from 'node:crypto';
import type { FieldError } from '@tocsin/contract';
import type { CutValue } from '../input/json-splitter.ts';

/** Where an alert stands in its input, both counted from 1. */
interface Position {
  /** Which alert it is. */
  item: number;
  /** The line on which it begins. */
  line: number;
}

/** An alert that was rejected, and why. */
export interface Rejection extends Position {
  alertId: string | null;
  /** A code from the API's catalogue. */
  code: string;
  message: string;
  errors: readonly FieldError[];
}

/** An alert ready to be sent. */
export interface AlertEntry extends Position {
  kind: 'alert';
  /** Its JSON, as it was written. */
  text: string;
  /** Length of the text in UTF-8. */
  bytes: number;
  /** Null where it has none and none was assigned. */
  alertId: string | null;
  /** Whether the id was made here. */
  assigned: boolean;
  endOffset: number;
}

/** One item of the input: an alert, or something that cannot be sent. */
export type InputEntry =
  | AlertEntry
  | { kind: 'rejected'; rejection: Rejection; item: number; endOffset: number };

const ID_HEX_DIGITS = 40;

/**
 * The id for an alert that has none: the same text gives the same id, so sending it again stores and delivers nothing
 * twice. 160 bits of SHA-256.
 */
export function contentId(text: string): string {
  return `send-${createHash('sha256').update(text).digest('hex').slice(0, ID_HEX_DIGITS)}`;
}

/** Adds a key at the end of an object's text; it overrides an earlier key of the same name. */
function withKey(text: string, isEmpty: boolean, key: string, value: string): string {
  const open = text.slice(0, text.lastIndexOf('}'));
  return `${open}${isEmpty ? '' : ','}${JSON.stringify(key)}:${JSON.stringify(value)}}`;
}

function decode(bytes: Buffer): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes).trim();
  } catch {
    return null;
  }
}

function parse(text: string): { value: unknown } | { why: string } {
  try {
    return { value: JSON.parse(text) };
  } catch (error) {
    return { why: (error as Error).message };
  }
}

/**
 * Makes an entry of a value cut from the input. Its text stays as it was, except for an `alertId` added at its end.
 *
 * @param assignIds give alerts without an `alertId` one that follows from their content
 */
export function toEntry(cut: CutValue, item: number, assignIds: boolean): InputEntry {
  const { line, endOffset } = cut;
  function reject(code: string, message: string): InputEntry {
    return {
      kind: 'rejected',
      item,
      endOffset,
      rejection: { item, line, alertId: null, code, message, errors: [] },
    };
  }
  if (cut.kind === 'fault') return reject(cut.fatal ? 'malformed_body' : 'alert_too_large', cut.message);
  const text = decode(cut.text);
  if (text === null) return reject('malformed_body', 'not UTF-8 text');
  const parsed = parse(text);
  if ('why' in parsed) return reject('malformed_body', `not JSON: ${parsed.why}`);
  const { value } = parsed;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return reject('invalid_alert', 'not a JSON object');
  }
  const given = (value as { alertId?: unknown }).alertId ?? null;
  if (given !== null || !assignIds) {
    const alertId = typeof given === 'string' ? given : null;
    return {
      kind: 'alert',
      item,
      line,
      endOffset,
      text,
      bytes: Buffer.byteLength(text),
      alertId,
      assigned: false,
    };
  }
  const alertId = contentId(text);
  const named = withKey(text, Object.keys(value).length === 0, 'alertId', alertId);
  return {
    kind: 'alert',
    item,
    line,
    endOffset,
    text: named,
    bytes: Buffer.byteLength(named),
    alertId,
    assigned: true,
  };
}
