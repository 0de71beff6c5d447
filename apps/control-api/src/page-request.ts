import type { IncomingMessage } from 'node:http';

/** Whether a browser asks for a page, as when somebody follows a link; scripts and programs rarely accept HTML by name. */
export function acceptsPage({ method, headers }: IncomingMessage): boolean {
  return (method === 'GET' || method === 'HEAD') && /\btext\/html\b/i.test(headers.accept ?? '');
}
