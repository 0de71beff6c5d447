import type { IncomingHttpHeaders } from 'node:http';
import type { Answer } from './answers.ts';

/** A request as it arrived. */
export interface Recorded {
  method: string;
  /** Path and query, as sent. */
  path: string;
  headers: IncomingHttpHeaders;
  /** Names and values in turn, in the order and case in which they were sent. */
  rawHeaders: string[];
  body: Buffer;
  /** When its headers had arrived, in milliseconds since the epoch. */
  receivedAt: number;
}

/** Decides on an answer. `earlier` counts the requests before this one with the same `webhook-id`, or without one, path. */
export type Decide = (request: Recorded, earlier: number) => Answer | Promise<Answer>;

/** One answer for every request; a list, of which each delivery gets the first, the second and then always the last; or a function. */
export type Script = Answer | readonly [Answer, ...Answer[]] | Decide;

/** Follows a script, counting the requests of each delivery. */
export function createScriptReader(script: Script): (request: Recorded) => Answer | Promise<Answer> {
  const counts = new Map<string, number>();
  return (request) => {
    const key = identify(request);
    const earlier = counts.get(key) ?? 0;
    counts.set(key, earlier + 1);
    if (typeof script === 'function') return script(request, earlier);
    if (isList(script)) return script[Math.min(earlier, script.length - 1)] as Answer;
    return script;
  };
}

/** `Array.isArray` doesn't tell read-only lists from the rest of a union. */
function isList(script: Answer | readonly Answer[]): script is readonly Answer[] {
  return Array.isArray(script);
}

function identify({ headers, path }: Recorded): string {
  const id = headers['webhook-id'];
  return id === undefined ? `path ${path}` : `id ${id}`;
}
