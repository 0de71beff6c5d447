import { ProblemError } from '@tocsin/contract';
import { isStorableText } from '@tocsin/store';

/** Turns the place where a page of a list ends into a `cursor`. */
export function encodeTextCursor(place: string): string {
  return Buffer.from(place, 'utf8').toString('base64url');
}

/**
 * @param shape what every place of the list looks like; by default any but an empty one
 * @returns the place that a `cursor` parameter names
 * @throws ProblemError `invalid_request` where no list answered with it
 */
export function decodeTextCursor(text: string, shape: RegExp = /./u): string {
  const place = Buffer.from(text, 'base64url').toString('utf8');
  if (encodeTextCursor(place) === text && isStorableText(place) && shape.test(place)) return place;
  throw new ProblemError('invalid_request', {
    detail: 'The cursor is not one that this list answered with.',
    errors: [{ path: 'cursor', message: 'is not a cursor of this list' }],
  });
}
