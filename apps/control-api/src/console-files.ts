import { existsSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ProblemError } from '@tocsin/contract';
import type { Logger } from '@tocsin/service';
import type { Express, NextFunction, Request, RequestHandler, Response } from 'express';
import expressStaticGzip from 'express-static-gzip';
import { CONSOLE_POLICY, createPageHeaders } from './page-headers.ts';
import { acceptsPage } from './page-request.ts';

/** Where a checkout has the built console. */
function builtConsoleDir(): string {
  return fileURLToPath(new URL('../../console/dist', import.meta.url));
}

export interface ConsoleOptions {
  /** The folder of the built console; by default, where a checkout has it. */
  consoleDir?: string | undefined;
  publicUrl: string;
}

const INDEX = '/index.html';

/** Paths with their own routes, which answer 404 with a problem document. Any other may be a page of the console. */
const NOT_THE_CONSOLE = /^\/(v1|internal|docs|queues|healthz|readyz|metrics|openapi\.json|assets)(\/|$)/i;

const NOT_BUILT = `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>Tocsin</title></head>
<body>
<h1>The console was not built</h1>
<p>Tocsin is running, and its API answers: see <a href="/docs">/docs</a>. To have the console too, run
<code>npx --yes pnpm build</code> and start Tocsin again.</p>
</body>
</html>
`;

/**
 * Serves the console's files, and its page at every other path that may be a page: the console itself decides what to
 * show there. It comes after everything else.
 */
export function createConsoleFiles(options: ConsoleOptions, log: Logger) {
  const { consoleDir = builtConsoleDir(), publicUrl } = options;
  const isBuilt = existsSync(join(consoleDir, INDEX));
  if (!isBuilt) log.warn({ event: 'console.not_built', consoleDir }, 'the console is not built');
  const headers = createPageHeaders(CONSOLE_POLICY, publicUrl);
  const sendPage = isBuilt ? createFileSender(consoleDir) : sendNotBuilt;
  return (app: Express): void => {
    app.use((request: Request, response: Response, next: NextFunction) => {
      const { method } = request;
      if (method !== 'GET' && method !== 'HEAD') return next();
      headers(request, response, () => sendPage(request, response, next));
    });
  };
}

function isPage(request: Request): boolean {
  return request.path === '/' || (acceptsPage(request) && !NOT_THE_CONSOLE.test(request.path));
}

/** Files with a hash in their names never change; everything else is asked for again each time. */
const IMMUTABLE = 'public, max-age=31536000, immutable';

/** Sends a file, or what was compressed of it at build time, or the page; what is neither goes on. */
function createFileSender(consoleDir: string): RequestHandler {
  const sendFile = expressStaticGzip(consoleDir, {
    enableBrotli: true,
    orderPreference: ['br', 'gzip'],
    index: false,
    serveStatic: {
      index: false,
      redirect: false,
      cacheControl: false,
      setHeaders(response, file) {
        const isHashed = relative(consoleDir, file).startsWith(`assets${sep}`);
        response.setHeader('cache-control', isHashed ? IMMUTABLE : 'no-cache');
      },
    },
  });
  return (request, response, next) => {
    refuseUnreadablePath(request.path);
    sendFile(request, response, (error: unknown) => {
      if (error !== undefined) return next(error);
      // A file that vanished since the start leaves its headers behind.
      for (const name of ['content-encoding', 'content-type', 'vary']) response.removeHeader(name);
      if (!isPage(request)) return next();
      request.url = INDEX;
      sendFile(request, response, next);
    });
  };
}

function refuseUnreadablePath(path: string): void {
  try {
    decodeURIComponent(path);
  } catch (error) {
    throw new ProblemError('invalid_request', {
      detail: 'The path holds an escape that cannot be decoded.',
      cause: error,
    });
  }
}

const sendNotBuilt: RequestHandler = (request, response, next) => {
  if (!isPage(request)) return next();
  response.status(503).setHeader('cache-control', 'no-store');
  response.type('html').send(NOT_BUILT);
};
