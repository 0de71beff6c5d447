import { ProblemError } from '@tocsin/contract';

/** A place in a list that is ordered by time and id, both descending. */
export interface Cursor {
  /** As Postgres prints it: microseconds count, and a JavaScript `Date` would lose them. */
  at: string;
  id: string;
}

const AT = /^\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}(\.\d{1,6})?[+-]\d{2}(:\d{2})?$/;

/** What the ids of a list look like; a cursor with any other is refused before it reaches the database. */
export const CURSOR_IDS = {
  alert: /^[A-Za-z0-9._:-]{1,128}$/,
  uuid: /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/,
} as const;

function isPrintedTime(at: string): boolean {
  return AT.test(at) && !Number.isNaN(Date.parse(at.replace(' ', 'T').replace(/([+-]\d{2})$/, '$1:00')));
}

export function encodeCursor(cursor: Cursor): string {
  return Buffer.from(JSON.stringify([cursor.at, cursor.id])).toString('base64url');
}

/**
 * @returns the place that a `cursor` parameter names
 * @throws ProblemError `invalid_request` where it was not made here
 */
export function decodeCursor(text: string, ids: RegExp): Cursor {
  try {
    const [at, id] = JSON.parse(Buffer.from(text, 'base64url').toString()) as [unknown, unknown];
    if (typeof at === 'string' && typeof id === 'string' && isPrintedTime(at) && ids.test(id))
      return { at, id };
  } catch {
    // Not JSON: refused below like anything else that is no cursor.
  }
  throw new ProblemError('invalid_request', {
    detail: 'The cursor is not one that a list answered with.',
    errors: [{ path: 'cursor', message: 'is not a cursor of this list' }],
  });
}
