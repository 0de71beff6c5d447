import type { IncomingHttpHeaders } from 'node:http';
import { ProblemError } from '@tocsin/contract';

/** What a change asks of the state that it finds (RFC 9110, 13.1.1 and 13.1.2). */
export interface Preconditions {
  /**
   * @param etag the strong tag of what there is now; null where there is nothing
   * @throws ProblemError `precondition_failed`
   */
  check(etag: string | null): void;
}

/** One entity tag of a list (RFC 9110, 8.8.3), or an empty place, which a list may have. */
const LISTED = /[ \t]*(?:(?<tag>(?:W\/)?"[\x21\x23-\x7e\x80-\xff]*")[ \t]*)?(?:,|$)/y;

/** @returns the tags of a list; null where the text is none */
function parseTags(text: string): string[] | null {
  const tags: string[] = [];
  for (let place = 0; place < text.length; place = LISTED.lastIndex) {
    LISTED.lastIndex = place;
    const listed = LISTED.exec(text);
    if (listed === null) return null;
    const tag = listed.groups?.tag;
    if (tag !== undefined) tags.push(tag);
  }
  return tags.length === 0 ? null : tags;
}

const opaque = (tag: string) => tag.replace(/^W\//, '');

/** Compared strongly: a weak tag is never equal. */
function ifMatchFault(header: string, etag: string | null): string | null {
  if (header.trim() === '*') return etag === null ? 'there is nothing with this id' : null;
  const tags = parseTags(header);
  if (tags === null) return 'it is not "*", nor a list of tags in quotation marks';
  if (etag === null) return 'there is nothing with this id';
  return tags.includes(etag) ? null : 'it was changed meanwhile';
}

/** Compared weakly. A list that cannot be read names nothing. */
function ifNoneMatchFault(header: string, etag: string | null): string | null {
  if (etag === null) return null;
  if (header.trim() === '*') return 'there is something with this id';
  return parseTags(header)?.some((tag) => opaque(tag) === etag) ? 'it is that' : null;
}

/** Reads the preconditions of a request that changes something. A request without any may always go on. */
export function readPreconditions(headers: IncomingHttpHeaders): Preconditions {
  return {
    check(etag) {
      const refuse = (name: string, fault: string | null) => {
        if (fault !== null)
          throw new ProblemError('precondition_failed', { detail: `\`${name}\` does not hold: ${fault}.` });
      };
      const { 'if-match': ifMatch, 'if-none-match': ifNoneMatch } = headers;
      if (ifMatch !== undefined) refuse('If-Match', ifMatchFault(ifMatch, etag));
      if (ifNoneMatch !== undefined) refuse('If-None-Match', ifNoneMatchFault(ifNoneMatch, etag));
    },
  };
}
