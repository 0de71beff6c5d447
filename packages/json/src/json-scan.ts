export type JsonKind = 'object' | 'array' | 'string' | 'number' | 'true' | 'false' | 'null';

export interface JsonBounds {
  /** Levels of objects and arrays, the outermost one the first. */
  depthMax: number;
  /** Values in all, keys not counted. */
  valuesMax?: number;
  /** Entries of any one array. */
  entriesMax?: number;
}

/** A value that was scanned. The object is reused: read it during the call. */
export interface ScannedValue {
  /** Objects and arrays around it. */
  depth: number;
  kind: JsonKind;
  /** First byte, and the one behind the last. */
  start: number;
  end: number;
  /** Of an array or object that was not too deep: how many values it holds. */
  entries: number;
  /** Of its key, quotes included; -1 where it is in no object. */
  keyStart: number;
  keyEnd: number;
  /** It, or something in it, is deeper than allowed. What is inside was then passed over and not checked. */
  isTooDeep: boolean;
}

export interface JsonScanOptions extends JsonBounds {
  start?: number;
  end?: number;
  /** Values with at most this many objects and arrays around them are reported; none by default. */
  reportDepth?: number;
  /** Called at the end of each value, children before parents. False ends the scan as `stopped`. */
  report?: (value: ScannedValue) => boolean;
  /** Go on behind a value that is too deep, which is reported as such, instead of ending as `too_deep`. */
  skipTooDeep?: boolean;
}

export type JsonVerdict =
  | { kind: 'valid'; values: number; depth: number }
  /** No JSON (RFC 8259); the fault is at this byte. */
  | { kind: 'malformed'; at: number }
  | { kind: 'too_deep' | 'too_many_values' | 'too_many_entries' | 'stopped' };

export interface JsonScan {
  /**
   * Reads on for about so many bytes; a string or number is never left in the middle.
   *
   * @returns null while there is more to read
   */
  advance(bytesMax: number): JsonVerdict | null;
}

const VALUE = 0;
const VALUE_OR_END = 1;
const KEY_OR_END = 2;
const KEY = 3;
const COLON = 4;
const COMMA_OR_END = 5;
const NOTHING = 6;

const QUOTE = 0x22;
const COMMA = 0x2c;
const OPEN_ARRAY = 0x5b;
const CLOSE_ARRAY = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;

const WORDS: Readonly<Record<number, 'true' | 'false' | 'null'>> = {
  116: 'true',
  102: 'false',
  110: 'null',
};

/**
 * Reads JSON text once, byte by byte, without building values: whether it is valid, how deep, how many values, and
 * where its outer values lie. Memory depends on the bounds, not on the text; a slice's time on its length.
 *
 * @param bytes valid UTF-8, which is the caller's to check
 */
export function createJsonScan(bytes: Uint8Array, options: JsonScanOptions): JsonScan {
  const {
    depthMax,
    valuesMax = Infinity,
    entriesMax = Infinity,
    reportDepth = -1,
    skipTooDeep = false,
  } = options;
  const report = options.report ?? (() => true);
  const end = options.end ?? bytes.length;
  let at = options.start ?? 0;
  let expected = VALUE;
  let depth = 0;
  let deepest = 0;
  let values = 0;
  /** Levels open inside a value that is too deep. */
  let skipped = 0;
  let isSkipOpen = false;
  let keyStart = -1;
  let keyEnd = -1;
  /** By depth: whether an object, where it began, the place of its own key, what it holds, and whether too deep inside. */
  const isObject = new Uint8Array(depthMax + 1);
  const starts = new Float64Array(depthMax + 2);
  const keyStarts = new Float64Array(depthMax + 2);
  const keyEnds = new Float64Array(depthMax + 2);
  const entries = new Float64Array(depthMax + 1);
  const tooDeep = new Uint8Array(depthMax + 2);
  const reported: ScannedValue = {
    depth: 0,
    kind: 'null',
    start: 0,
    end: 0,
    entries: 0,
    keyStart: -1,
    keyEnd: -1,
    isTooDeep: false,
  };
  let verdict: JsonVerdict | null = null;

  const malformed = (place: number): JsonVerdict => ({ kind: 'malformed', at: place });

  /** To be called at a value's end, at the depth where it lies. */
  function finish(kind: JsonKind, start: number, count: number, isTooDeep: boolean): JsonVerdict | null {
    expected = depth === 0 ? NOTHING : COMMA_OR_END;
    if (isTooDeep) tooDeep[depth] = 1;
    if (depth > reportDepth) return null;
    reported.depth = depth;
    reported.kind = kind;
    reported.start = start;
    reported.end = at;
    reported.entries = count;
    reported.keyStart = keyStart;
    reported.keyEnd = keyEnd;
    reported.isTooDeep = isTooDeep;
    return report(reported) ? null : { kind: 'stopped' };
  }

  function open(byte: number): JsonVerdict | null {
    starts[depth] = at;
    keyStarts[depth] = keyStart;
    keyEnds[depth] = keyEnd;
    at += 1;
    if (depth + 1 > depthMax) {
      if (!skipTooDeep) return { kind: 'too_deep' };
      skipped = 1;
      isSkipOpen = byte === OPEN_OBJECT;
      return null;
    }
    depth += 1;
    if (depth > deepest) deepest = depth;
    isObject[depth] = byte === OPEN_OBJECT ? 1 : 0;
    entries[depth] = 0;
    tooDeep[depth] = 0;
    expected = byte === OPEN_OBJECT ? KEY_OR_END : VALUE_OR_END;
    keyStart = -1;
    keyEnd = -1;
    return null;
  }

  function close(byte: number): JsonVerdict | null {
    const wasObject = isObject[depth] === 1;
    if (byte !== (wasObject ? CLOSE_OBJECT : CLOSE_ARRAY)) return malformed(at);
    const count = entries[depth] as number;
    const isTooDeep = tooDeep[depth] === 1;
    at += 1;
    depth -= 1;
    keyStart = keyStarts[depth] as number;
    keyEnd = keyEnds[depth] as number;
    return finish(wasObject ? 'object' : 'array', starts[depth] as number, count, isTooDeep);
  }

  function beginValue(byte: number): JsonVerdict | null {
    values += 1;
    if (values > valuesMax) return { kind: 'too_many_values' };
    if (depth > 0) {
      const count = (entries[depth] as number) + 1;
      entries[depth] = count;
      if (count > entriesMax && isObject[depth] === 0) return { kind: 'too_many_entries' };
      if (isObject[depth] === 0) keyStart = -1;
    }
    if (byte === OPEN_OBJECT || byte === OPEN_ARRAY) return open(byte);
    const start = at;
    const word = WORDS[byte];
    const stop =
      byte === QUOTE
        ? endOfString(bytes, at, end)
        : word === undefined
          ? endOfNumber(bytes, at, end)
          : endOfWord(bytes, at, end, word);
    if (stop < 0) return malformed(-stop - 1);
    at = stop;
    return finish(byte === QUOTE ? 'string' : (word ?? 'number'), start, 0, false);
  }

  /** Inside what is too deep: only the ends of strings and brackets are looked for. */
  function skip(byte: number): JsonVerdict | null {
    if (byte === QUOTE) {
      const stop = endOfString(bytes, at, end);
      if (stop < 0) return malformed(-stop - 1);
      at = stop;
      return null;
    }
    at += 1;
    if (byte === OPEN_OBJECT || byte === OPEN_ARRAY) skipped += 1;
    else if (byte === CLOSE_OBJECT || byte === CLOSE_ARRAY) skipped -= 1;
    if (skipped > 0) return null;
    keyStart = keyStarts[depth] as number;
    keyEnd = keyEnds[depth] as number;
    return finish(isSkipOpen ? 'object' : 'array', starts[depth] as number, 0, true);
  }

  function readKey(byte: number): JsonVerdict | null {
    if (byte !== QUOTE) return malformed(at);
    const stop = endOfString(bytes, at, end);
    if (stop < 0) return malformed(-stop - 1);
    keyStart = at;
    keyEnd = stop;
    at = stop;
    expected = COLON;
    return null;
  }

  function step(byte: number): JsonVerdict | null {
    switch (expected) {
      case VALUE_OR_END:
        return byte === CLOSE_ARRAY ? close(byte) : beginValue(byte);
      case VALUE:
        return beginValue(byte);
      case KEY_OR_END:
        return byte === CLOSE_OBJECT ? close(byte) : readKey(byte);
      case KEY:
        return readKey(byte);
      case COLON:
        if (byte !== 0x3a) return malformed(at);
        at += 1;
        expected = VALUE;
        return null;
      case COMMA_OR_END:
        if (byte !== COMMA) return close(byte);
        at += 1;
        expected = isObject[depth] === 1 ? KEY : VALUE;
        return null;
      default:
        return malformed(at);
    }
  }

  return {
    advance(bytesMax) {
      const stopAt = Math.min(end, at + bytesMax);
      while (verdict === null && at < stopAt) {
        const byte = bytes[at] as number;
        if (byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09) at += 1;
        else verdict = skipped > 0 ? skip(byte) : step(byte);
      }
      if (verdict === null && at >= end)
        verdict = expected === NOTHING ? { kind: 'valid', values, depth: deepest } : malformed(end);
      return verdict;
    },
  };
}

/** Scans a whole text at once. */
export function scanJson(bytes: Uint8Array, options: JsonScanOptions): JsonVerdict {
  return createJsonScan(bytes, options).advance(Infinity) as JsonVerdict;
}

const BACKSLASH = 0x5c;

function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= 0x30 && byte <= 0x39;
}

function isHexDigit(byte: number | undefined): boolean {
  if (byte === undefined) return false;
  const lower = byte | 0x20;
  return isDigit(byte) || (lower >= 0x61 && lower <= 0x66);
}

/** How many bytes an escape takes, from its backslash; 0 where it is none. */
function escapeBytes(bytes: Uint8Array, at: number, end: number): number {
  if (at + 1 >= end) return 0;
  switch (bytes[at + 1]) {
    case 0x22: // "
    case 0x5c: // \
    case 0x2f: // /
    case 0x62: // b
    case 0x66: // f
    case 0x6e: // n
    case 0x72: // r
    case 0x74: // t
      return 2;
    case 0x75: // u
      for (let digit = at + 2; digit < at + 6; digit += 1) {
        if (digit >= end || !isHexDigit(bytes[digit])) return 0;
      }
      return 6;
    default:
      return 0;
  }
}

/**
 * @param at where the string's first quote stands
 * @returns the byte behind its last quote, or `-1 - place` of what is no JSON (RFC 8259, 7)
 */
function endOfString(bytes: Uint8Array, at: number, end: number): number {
  let place = at + 1;
  while (place < end) {
    const byte = bytes[place] as number;
    if (byte === QUOTE) return place + 1;
    if (byte === BACKSLASH) {
      const taken = escapeBytes(bytes, place, end);
      if (taken === 0) return -1 - place;
      place += taken;
    } else if (byte < 0x20) return -1 - place;
    else place += 1;
  }
  return -1 - end;
}

/** @returns the byte behind the number that begins here, or `-1 - place` of what is no JSON (RFC 8259, 6) */
function endOfNumber(bytes: Uint8Array, at: number, end: number): number {
  let place = bytes[at] === 0x2d ? at + 1 : at;
  const digits = (): boolean => {
    const first = place;
    while (place < end && isDigit(bytes[place])) place += 1;
    return place > first;
  };
  if (place < end && bytes[place] === 0x30) place += 1;
  else if (!digits()) return -1 - place;
  if (place < end && bytes[place] === 0x2e) {
    place += 1;
    if (!digits()) return -1 - place;
  }
  if (place < end && ((bytes[place] as number) | 0x20) === 0x65) {
    place += 1;
    if (place < end && (bytes[place] === 0x2b || bytes[place] === 0x2d)) place += 1;
    if (!digits()) return -1 - place;
  }
  return place;
}

/** @returns the byte behind the word, or `-1 - place` where it is another */
function endOfWord(bytes: Uint8Array, at: number, end: number, word: string): number {
  for (let index = 0; index < word.length; index += 1) {
    if (at + index >= end || bytes[at + index] !== word.charCodeAt(index)) return -1 - (at + index);
  }
  return at + word.length;
}
