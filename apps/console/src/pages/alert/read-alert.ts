import { scanJson } from '@tocsin/json';
import type { Schemas } from '../../api/client.ts';

/** An alert as its page shows it: the context as its producer wrote it, which a browser's numbers could not hold. */
export type ShownAlert = Omit<Schemas['AlertDetail'], 'alertContext'> & {
  /** Null where the alert has none. */
  contextText: string | null;
};

/** Nothing of the API's is deeper: a context has 64 levels itself. */
const DEPTH_MAX = 100;

/** @param text the API's answer */
export function readAlert(text: string): ShownAlert {
  const { alertContext: _, ...alert } = JSON.parse(text) as Schemas['AlertDetail'];
  return { ...alert, contextText: contextTextOf(text) };
}

function contextTextOf(text: string): string | null {
  const bytes = new TextEncoder().encode(text);
  const slice = (start: number, end: number) => new TextDecoder().decode(bytes.subarray(start, end));
  let found: string | null = null;
  scanJson(bytes, {
    depthMax: DEPTH_MAX,
    reportDepth: 1,
    report: ({ depth, kind, keyStart, keyEnd, start, end }) => {
      const isContext = depth === 1 && kind === 'object' && slice(keyStart, keyEnd) === '"alertContext"';
      if (isContext) found = slice(start, end);
      return true;
    },
  });
  return found;
}
