import { createHash } from 'node:crypto';
import { ProblemError } from '@tocsin/contract';
import type { Microseconds } from '@tocsin/store';

/** A place in a list that is ordered by time of receipt and id, both descending. */
export interface Place {
  at: Microseconds;
  id: string;
}

/** What the ids of a list look like; a cursor with any other is refused before it reaches the database. */
export const CURSOR_IDS = {
  alert: /^[A-Za-z0-9._:-]{1,128}$/,
  uuid: /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/,
  attempt: /^[1-9]\d{0,8}\.[1-9]\d{0,8}$/,
} as const;

const isTime = (at: unknown): at is Microseconds => Number.isSafeInteger(at) && (at as number) >= 0;

/** Parameters that may change from page to page: a place is valid for any page length and time range. */
const NO_FILTERS: ReadonlySet<string> = new Set(['limit', 'cursor', 'since', 'until']);

/** Identifies a list with its filters, so that a cursor of another list is refused. */
function markOf(list: string, filters: object): string {
  const given = Object.entries(filters)
    .filter(([name, value]) => value !== undefined && !NO_FILTERS.has(name))
    .map(([name, value]) => [name, Array.isArray(value) ? [...new Set(value)].sort() : value])
    .sort();
  return createHash('sha256')
    .update(JSON.stringify([list, given]))
    .digest('base64url')
    .slice(0, 11);
}

/** Which list a cursor belongs to. */
export interface CursorOwner {
  list: string;
  /** The query. */
  filters: object;
  ids: RegExp;
}

export function encodeListCursor({ at, id }: Place, { list, filters }: CursorOwner): string {
  return Buffer.from(JSON.stringify([at, id, markOf(list, filters)])).toString('base64url');
}

/**
 * @returns the place that a `cursor` parameter names
 * @throws ProblemError `invalid_request` where this list, with these filters, did not answer with it
 */
export function decodeListCursor(text: string, { list, filters, ids }: CursorOwner): Place {
  try {
    const bytes = Buffer.from(text, 'base64url');
    const [at, id, mark, ...rest] = JSON.parse(bytes.toString()) as unknown[];
    const isOwn = mark === markOf(list, filters) && rest.length === 0 && bytes.toString('base64url') === text;
    if (isOwn && isTime(at) && typeof id === 'string' && ids.test(id)) return { at, id };
  } catch {
    // Not JSON, or no list: refused below like anything else that is no cursor.
  }
  throw new ProblemError('invalid_request', {
    detail: 'The cursor is not one that this list answered with, for these filters.',
    errors: [{ path: 'cursor', message: 'is not a cursor of this list with these filters' }],
  });
}
