import { scanJson } from '@tocsin/json';
import { LIMITS } from './limits.ts';

export type ContextRead = { kind: 'object'; text: string } | { kind: 'fault'; message: string };

/** Half of a surrogate pair, which UTF-8 has no bytes for. */
const LONE_SURROGATE = /[\ud800-\udfff]/gu;

/**
 * Reads an `alertContext` that was given as text.
 *
 * @returns the text of the object in it, without the white space around, as it was written; only halves of surrogate
 *   pairs become the escapes that mean them
 */
export function readContextText(text: string): ContextRead {
  let kind = '';
  const verdict = scanJson(new TextEncoder().encode(text), {
    depthMax: LIMITS.jsonDepthMax,
    reportDepth: 0,
    report: (value) => {
      kind = value.kind;
      return true;
    },
  });
  if (verdict.kind === 'too_deep')
    return { kind: 'fault', message: `must not nest deeper than ${LIMITS.jsonDepthMax} levels` };
  if (verdict.kind !== 'valid' || kind !== 'object')
    return { kind: 'fault', message: 'is a string, so it must hold the JSON of an object' };
  const escaped = text.replace(LONE_SURROGATE, (half) => `\\u${half.charCodeAt(0).toString(16)}`);
  return { kind: 'object', text: escaped.slice(escaped.indexOf('{'), escaped.lastIndexOf('}') + 1) };
}
