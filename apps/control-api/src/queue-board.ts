import { ProblemError } from '@tocsin/contract';
import { type ExtensionTools, mayUse, type Principal } from '@tocsin/http';
import { type Database, recordChange } from '@tocsin/store';
import type { Express, Request, Response } from 'express';
import { refuseLargePage } from './board-pages.ts';
import { type BoardQueues, createBoardRouter } from './board-router.ts';
import { BOARD_POLICY, createPageHeaders } from './page-headers.ts';
import { asksForBoard } from './page-request.ts';

const PATH = '/queues';

export interface QueueBoardDeps {
  database: Database;
  /** Absent where this process has no settings of the queues. */
  queues?: BoardQueues | undefined;
}

/**
 * Serves Bull Board at `/queues` to sessions and keys: reading with `alerts:read`, changes to `admin`.
 * Nobody else sees any of it, its scripts and styles included; a browser is sent to sign in.
 */
export function createQueueBoard({ database, queues }: QueueBoardDeps, publicUrl: string) {
  const routers = queues && {
    reading: createBoardRouter(queues, { basePath: PATH, isReadOnly: true }),
    changing: createBoardRouter(queues, { basePath: PATH, isReadOnly: false }),
  };
  const headers = createPageHeaders(BOARD_POLICY, publicUrl);
  return (app: Express, { authenticate, gates }: ExtensionTools): void => {
    app.use(PATH, headers, async (request, response, next) => {
      // What is shown is not for shared caches. Its files do not change, and are asked for again.
      const isFile = request.path.startsWith('/static/');
      response.setHeader('cache-control', isFile ? 'private, no-cache' : 'no-store');
      const principal = await authenticate(request.headers.authorization, request, 'same-origin').catch(
        (error) => {
          if (!mayRedirect(request, error)) throw error;
          return null;
        },
      );
      if (principal === null) return response.redirect(`/login?next=${PATH}`);
      // A job names alerts and destinations, which a key that may only write does not get to see.
      if (!mayUse(principal, 'alerts:read'))
        throw new ProblemError('forbidden', { detail: 'The key lacks the scope alerts:read.' });
      if (routers === undefined) throw new ProblemError('not_found', { detail: NO_BOARD });
      const router = mayUse(principal, 'admin') ? routers.changing : routers.reading;
      if (isFile) return router(request, response, next);
      if (!isReading(request)) {
        await admitChange(database, principal, request);
        return router(request, response, next);
      }
      refuseLargePage(request.query);
      return gates.reads(principal.keyId, () => answered(response, () => router(request, response, next)));
    });
  };
}

const NO_BOARD =
  'This control-api does not know where the queues are: set REDIS_URL, as for the other services.';

/** Lets Bull Board answer. Resolves when it has, or its caller has gone. */
function answered(response: Response, answer: () => void): Promise<void> {
  if (response.destroyed) return Promise.resolve();
  return new Promise((resolve) => {
    response.once('close', resolve);
    answer();
  });
}

function isReading({ method }: Request): boolean {
  return method === 'GET' || method === 'HEAD';
}

/** A person who follows a link to the board may sign in; a script or program gets 401. */
function mayRedirect(request: Request, error: unknown): boolean {
  return error instanceof ProblemError && error.code === 'unauthorized' && asksForBoard(request);
}

/** A job's data is made from the record; a job written by hand would match nothing there. */
const WRITES_JOBS = /^\/api\/queues\/[^/]+\/(add|[^/]+\/update-data)\/?$/i;
const PATH_CHARACTERS_MAX = 300;

/** Lets an admin's change through, once it is written down. @throws ProblemError */
async function admitChange(database: Database, principal: Principal, request: Request): Promise<void> {
  const { method, path } = request;
  if (!mayUse(principal, 'admin')) {
    throw new ProblemError('forbidden', { detail: 'The key lacks the scope admin.' });
  }
  if (WRITES_JOBS.test(path)) {
    throw new ProblemError('method_not_allowed', {
      detail: 'Jobs are made from what is stored. To deliver something again, resend it.',
    });
  }
  const [, queue = 'all'] = /^\/api\/queues\/([^/]+)\/./i.exec(path) ?? [];
  await recordChange(database.pool, {
    actor: principal,
    action: 'queue.change_requested',
    subject: `queue/${queue.slice(0, PATH_CHARACTERS_MAX)}`,
    detail: { request: `${method} ${PATH}${path}`.slice(0, PATH_CHARACTERS_MAX) },
  });
}
