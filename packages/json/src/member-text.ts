import { scanJson } from './json-scan.ts';

/** Deeper than anything that Tocsin answers or sends: a context has 64 levels, in an object of its own. */
const DEPTH_MAX = 100;

/**
 * @param text JSON
 * @param name a key that needs no escapes
 * @returns the text of this key's value in the outermost object, as it was written; of a repeated key the last one, as
 *   in `JSON.parse`. Undefined where there is none.
 */
export function memberText(text: string, name: string): string | undefined {
  const bytes = new TextEncoder().encode(text);
  const slice = (start: number, end: number) => new TextDecoder().decode(bytes.subarray(start, end));
  const key = JSON.stringify(name);
  let found: string | undefined;
  scanJson(bytes, {
    depthMax: DEPTH_MAX,
    reportDepth: 1,
    report: ({ depth, keyStart, keyEnd, start, end }) => {
      if (depth === 1 && keyStart >= 0 && slice(keyStart, keyEnd) === key) found = slice(start, end);
      return true;
    },
  });
  return found;
}
