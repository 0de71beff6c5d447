import type { IncomingMessage } from 'node:http';

/** Bull Board's pages, but neither its API nor its files. */
const BOARD_PAGE = /^\/queues(?:\/(?!(?:api|static)\/)[^?]*)?(?:\?|$)/i;

/** Whether a person follows a link to Bull Board, with a session or without; a program is known by its key. */
export function asksForBoard(request: IncomingMessage & { originalUrl?: string }): boolean {
  const { authorization } = request.headers;
  const path = request.originalUrl ?? request.url ?? '';
  return authorization === undefined && BOARD_PAGE.test(path) && acceptsPage(request);
}

/** Whether a browser asks for a page, as when somebody follows a link; scripts and programs rarely accept HTML by name. */
export function acceptsPage({ method, headers }: IncomingMessage): boolean {
  return (method === 'GET' || method === 'HEAD') && /\btext\/html\b/i.test(headers.accept ?? '');
}
