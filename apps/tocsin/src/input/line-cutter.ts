import type { CutterOptions, CutValue, JsonSplitter } from './json-splitter.ts';

interface State {
  line: number;
  offset: number;
  parts: Buffer[];
  lineBytes: number;
  valueBytesMax: number;
}

const LF = 0x0a;

function keep(state: State, piece: Buffer): void {
  state.lineBytes += piece.length;
  // Two more than a value may have, for the line's own CR LF.
  if (state.lineBytes <= state.valueBytesMax + 2) state.parts.push(piece);
  else state.parts = [];
}

function isBlank(bytes: Buffer): boolean {
  return bytes.every((byte) => byte === 0x20 || (byte >= 0x09 && byte <= 0x0d));
}

/** Ends the current line. @returns null for a blank one, which is skipped */
function finishLine(state: State): CutValue | null {
  const position = { line: state.line, endOffset: state.offset };
  const text = Buffer.concat(state.parts);
  const tooLong = state.lineBytes > state.valueBytesMax + 2;
  state.parts = [];
  state.lineBytes = 0;
  state.line += 1;
  if (tooLong) {
    const message = `longer than ${state.valueBytesMax} bytes, which no request can carry`;
    return { kind: 'fault', ...position, message, fatal: false };
  }
  return isBlank(text) ? null : { kind: 'value', ...position, text };
}

function pushChunk(state: State, chunk: Buffer): CutValue[] {
  const found: CutValue[] = [];
  let start = 0;
  while (start < chunk.length) {
    const newline = chunk.indexOf(LF, start);
    const end = newline === -1 ? chunk.length : newline;
    keep(state, chunk.subarray(start, end));
    state.offset += end - start + (newline === -1 ? 0 : 1);
    start = end + 1;
    const line = newline === -1 ? null : finishLine(state);
    if (line !== null) found.push(line);
  }
  return found;
}

/** Cuts bytes that come in pieces into lines. Blank lines are skipped, but counted. */
export function createLineCutter({ valueBytesMax }: Pick<CutterOptions, 'valueBytesMax'>): JsonSplitter {
  const state: State = { line: 1, offset: 0, parts: [], lineBytes: 0, valueBytesMax };
  return {
    push: (chunk) => pushChunk(state, chunk),
    end() {
      const last = state.lineBytes === 0 ? null : finishLine(state);
      return last === null ? [] : [last];
    },
  };
}
