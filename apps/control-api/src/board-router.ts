import { createBullBoard } from '@bull-board/api';
import { BullMQAdapter } from '@bull-board/api/bullMQAdapter';
import { ExpressAdapter } from '@bull-board/express';
import { ProblemError, problemDocument } from '@tocsin/contract';
import { ALERT_QUEUE, describeJobData, type QueueBoardSource } from '@tocsin/queues';
import { scrubText } from '@tocsin/service';
import type { Express } from 'express';
import { trimBoardPage } from './trim-board-page.ts';

export type BoardQueues = QueueBoardSource['queues'];

export interface BoardRouterOptions {
  basePath: string;
  /** The page shows no buttons that change something, and its API refuses. */
  isReadOnly: boolean;
}

type Rendered = (error: Error | null, html?: string) => void;

/** Asking Redis for its list of clients, for each queue at each poll, is more than a board of many shards is worth. */
const QUEUES_WITH_WORKERS_MAX = 16;

/** Bull Board over the queues, as an Express app to be mounted at `basePath`. It has no login of its own. */
export function createBoardRouter(
  queues: BoardQueues,
  { basePath, isReadOnly }: BoardRouterOptions,
): Express {
  const serverAdapter = new ExpressAdapter();
  serverAdapter.setBasePath(basePath);
  createBullBoard({
    queues: queues.map((queue) => adapterOf(queue, isReadOnly)),
    serverAdapter,
    options: {
      uiConfig: {
        boardTitle: 'Tocsin queues',
        miscLinks: [{ text: 'Console', url: '/' }],
        hideDocsLink: true,
        showWorkers: queues.length <= QUEUES_WITH_WORKERS_MAX,
      },
    },
  });
  // Its own handler answers with the error's message and, in development, with its stack.
  serverAdapter.setErrorHandler(answerOf as Parameters<ExpressAdapter['setErrorHandler']>[0]);
  const router = serverAdapter.getRouter() as Express;
  router.disable('x-powered-by');
  const render = router.render.bind(router) as (view: string, options: object, done: Rendered) => void;
  router.render = ((view: string, options: object, done: Rendered) =>
    render(view, options, (error, html) => done(error, html && trimBoardPage(html)))) as Express['render'];
  return router;
}

function adapterOf(queue: BoardQueues[number], readOnlyMode: boolean): BullMQAdapter {
  const adapter = new BullMQAdapter(queue, {
    readOnlyMode,
    ...(queue.name === ALERT_QUEUE ? {} : { externalJobUrl: ({ data }) => alertPageOf(data) }),
  });
  adapter.setFormatter('data', describeJobData);
  return adapter;
}

/** The page of a delivery's alert in the console. */
function alertPageOf(data: unknown) {
  const { alertId } = (describeJobData(data) ?? {}) as { alertId?: unknown };
  const page = typeof alertId === 'string' ? `/${encodeURIComponent(alertId)}` : '';
  return { displayText: 'Alert', href: `/alerts${page}` };
}

/** What ioredis, pg and BullMQ's Postgres backend say while the store is unavailable. */
const UNAVAILABLE =
  /Stream isn't writeable|Connection is closed|Command timed out|max retries per request|Connection terminated|[Tt]imeout|timeout exceeded|ECONN|EPIPE|ENOTFOUND|EAI_AGAIN/;
const UNAVAILABLE_CODE = /^(ECONN|EPIPE|ETIMEDOUT|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|08|57)/;

/**
 * What the board's API answers to an error: its page shows `error` and `message`. An error that says something of the
 * caller's request is one of BullMQ, such as of a job that is not in the state to be retried.
 *
 * @throws what nobody expected, for the server's own handler
 */
export function answerOf(error: Error & { code?: unknown; status?: unknown }) {
  if (error instanceof ProblemError || typeof error.status === 'number') throw error;
  if (UNAVAILABLE.test(error.message) || UNAVAILABLE_CODE.test(String(error.code ?? ''))) {
    const problem = new ProblemError('unavailable', {
      detail: 'The queues cannot be reached. What is due is kept, and goes on once they are back.',
    });
    return {
      status: problem.status,
      body: { ...problemDocument(problem), error: problem.detail },
    };
  }
  if (error.name !== 'Error') throw error;
  return { status: 409, body: { error: scrubText(error.message) } };
}
