import { MIMEType } from 'node:util';
import { ProblemError } from '@tocsin/contract';

/** Headers that nearly every request has; they need no parsing. */
const COMMON = new Set(['application/json', 'application/x-ndjson']);

/**
 * @param header the value of `Content-Type`
 * @returns type and subtype in lower case without parameters; empty where the request has none
 * @throws ProblemError `unsupported_media_type` where it cannot be read or its charset is not UTF-8
 */
export function readMediaType(header: string | undefined): string {
  if (header === undefined || header === '') return '';
  if (COMMON.has(header)) return header;
  let type: MIMEType;
  try {
    type = new MIMEType(header);
  } catch {
    throw new ProblemError('unsupported_media_type', { detail: 'The Content-Type could not be read.' });
  }
  const charset = type.params.get('charset')?.toLowerCase() ?? 'utf-8';
  if (charset !== 'utf-8' && charset !== 'utf8') {
    throw new ProblemError('unsupported_media_type', { detail: 'The charset must be utf-8.' });
  }
  return type.essence;
}

/** Refuses a body of any other type, naming those that are taken. */
export function requireMediaType(mediaType: string, accepted: readonly string[]): void {
  if (accepted.includes(mediaType)) return;
  throw new ProblemError('unsupported_media_type', {
    detail: `The Content-Type must be ${accepted.join(' or ')}${insteadOf(mediaType)}.`,
  });
}

const NAMED_CHARACTERS_MAX = 100;

function insteadOf(mediaType: string): string {
  if (mediaType === '') return '; the request has none';
  if (mediaType === 'application/x-www-form-urlencoded')
    return `, not ${mediaType}, which curl sends unless it is given another: -H 'Content-Type: application/json'`;
  return `, not ${mediaType.slice(0, NAMED_CHARACTERS_MAX)}`;
}
