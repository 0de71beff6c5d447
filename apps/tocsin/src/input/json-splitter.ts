/** A JSON value cut out of a longer text, or what is wrong where one should be. */
export type CutValue =
  | { kind: 'value'; line: number; endOffset: number; text: Buffer }
  /** After a fatal fault nothing more is read. */
  | { kind: 'fault'; line: number; endOffset: number; message: string; fatal: boolean };

export interface CutterOptions {
  /** The values are the items of one array; else they follow each other. */
  layout: 'array' | 'values';
  /** A value longer than this is reported and passed over. */
  valueBytesMax: number;
}

export interface JsonSplitter {
  push(chunk: Buffer): CutValue[];
  end(): CutValue[];
}

/** The cutter's state: between values, in one (`value`), or at the end, valid (`done`) or not (`broken`). */
type Place = 'start' | 'item' | 'item-or-end' | 'comma-or-end' | 'value' | 'done' | 'broken';

interface State extends CutterOptions {
  place: Place;
  line: number;
  offset: number;
  /** Of the current value. */
  valueLine: number;
  parts: Buffer[];
  valueBytes: number;
  depth: number;
  inString: boolean;
  escaped: boolean;
}

const [TAB, LF, CR, SPACE] = [0x09, 0x0a, 0x0d, 0x20];
const [QUOTE, BACKSLASH, COMMA] = [0x22, 0x5c, 0x2c];
const [OPEN_ARRAY, CLOSE_ARRAY, OPEN_OBJECT, CLOSE_OBJECT] = [0x5b, 0x5d, 0x7b, 0x7d];

function isSpace(byte: number): boolean {
  return byte === SPACE || byte === LF || byte === CR || byte === TAB;
}

function keep(state: State, piece: Buffer): void {
  state.valueBytes += piece.length;
  if (state.valueBytes <= state.valueBytesMax) state.parts.push(piece);
  else state.parts = [];
}

function finishValue(state: State, endOffset: number): CutValue {
  const position = { line: state.valueLine, endOffset };
  const text = Buffer.concat(state.parts);
  const tooLong = state.valueBytes > state.valueBytesMax;
  state.parts = [];
  state.valueBytes = 0;
  state.place = state.layout === 'array' ? 'comma-or-end' : 'item';
  if (!tooLong) return { kind: 'value', ...position, text };
  const message = `longer than ${state.valueBytesMax} bytes, which no request can carry`;
  return { kind: 'fault', ...position, message, fatal: false };
}

function breakOff(state: State, message: string, line = state.line): CutValue {
  state.place = 'broken';
  return { kind: 'fault', line, endOffset: state.offset, message, fatal: true };
}

/** One byte between values. @returns a fault, `begin` where a value begins with this byte, or null */
function stepBetween(state: State, byte: number): CutValue | 'begin' | null {
  if (isSpace(byte)) return null;
  const { place } = state;
  const mayEnd = place === 'item-or-end' || place === 'comma-or-end';
  if (place === 'start' && byte === OPEN_ARRAY) state.place = 'item-or-end';
  else if (mayEnd && byte === CLOSE_ARRAY) state.place = 'done';
  else if (place === 'comma-or-end' && byte === COMMA) state.place = 'item';
  else if (place === 'done') return breakOff(state, 'there is text after the end of the array');
  else if (place === 'comma-or-end')
    return breakOff(state, 'a comma or the end of the array is missing here');
  else if (byte === COMMA || byte === CLOSE_ARRAY || byte === CLOSE_OBJECT) {
    return breakOff(state, 'a JSON value is missing here');
  } else return 'begin';
  return null;
}

/** One byte of a value. @returns whether the value ends before it or with it, or goes on (null) */
function stepWithin(state: State, byte: number): 'before' | 'with' | null {
  if (state.inString) {
    if (state.escaped) state.escaped = false;
    else if (byte === BACKSLASH) state.escaped = true;
    else if (byte === QUOTE) state.inString = false;
    return !state.inString && state.depth === 0 ? 'with' : null;
  }
  if (byte === QUOTE) state.inString = true;
  else if (byte === OPEN_OBJECT || byte === OPEN_ARRAY) state.depth += 1;
  else if (state.depth > 0) {
    if (byte === CLOSE_OBJECT || byte === CLOSE_ARRAY) state.depth -= 1;
    if (state.depth === 0) return 'with';
  } else if (isSpace(byte) || byte === COMMA || byte === CLOSE_ARRAY) return 'before';
  return null;
}

function pushChunk(state: State, chunk: Buffer): CutValue[] {
  const found: CutValue[] = [];
  let valueStart = 0;
  for (let at = 0; at < chunk.length && state.place !== 'broken'; at += 1, state.offset += 1) {
    const byte = chunk[at] as number;
    const ends = state.place === 'value' ? stepWithin(state, byte) : null;
    if (ends !== null) {
      const own = ends === 'with' ? 1 : 0;
      keep(state, chunk.subarray(valueStart, at + own));
      found.push(finishValue(state, state.offset + own));
    }
    if (state.place !== 'value' && ends !== 'with') {
      const next = stepBetween(state, byte);
      if (next === 'begin') {
        Object.assign(state, { place: 'value', valueLine: state.line });
        valueStart = at;
        stepWithin(state, byte);
      } else if (next !== null) found.push(next);
    }
    if (byte === LF) state.line += 1;
  }
  if (state.place === 'value') keep(state, chunk.subarray(valueStart));
  return found;
}

function finish(state: State): CutValue[] {
  const { place, depth, inString, valueLine } = state;
  if (place === 'value') {
    // A bare number or word ends with the text; a value with an open bracket or quote is incomplete.
    if (state.layout === 'values' && depth === 0 && !inString) return [finishValue(state, state.offset)];
    return [breakOff(state, 'the value that begins here does not end', valueLine)];
  }
  if (state.layout === 'values' || place === 'done' || place === 'broken') return [];
  return [breakOff(state, 'the array does not end')];
}

/**
 * Cuts JSON values out of bytes that come in pieces, each value as it stands in the input: a library that parses and
 * serialises changes `1.0` or a number of twenty digits. It reads only the structure: strings, brackets and commas; the
 * parser decides whether a value is JSON.
 */
export function createJsonSplitter(options: CutterOptions): JsonSplitter {
  const state: State = {
    ...options,
    place: options.layout === 'array' ? 'start' : 'item',
    line: 1,
    offset: 0,
    valueLine: 1,
    parts: [],
    valueBytes: 0,
    depth: 0,
    inString: false,
    escaped: false,
  };
  return { push: (chunk) => pushChunk(state, chunk), end: () => finish(state) };
}
