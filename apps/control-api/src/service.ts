import type { RetryPolicy } from '@tocsin/contract';
import type { EgressPolicy } from '@tocsin/egress';
import { createLookUps, type HttpPart } from '@tocsin/http';
import type { Sealer } from '@tocsin/secrets';
import type { Logger } from '@tocsin/service';
import { type Database, databaseProblem, findApiKey, type RoutingDirectory } from '@tocsin/store';
import { ensureAdminKey } from './api-key-store.ts';
import type { BoardQueues } from './board-router.ts';
import { createChangeNotice } from './changed-destinations.ts';
import { createConsoleFiles } from './console-files.ts';
import { createDestinationPresenter } from './destination-presenter.ts';
import { createDocsPage } from './docs-page.ts';
import { createLoginLimit } from './login-limit.ts';
import { asksForBoard } from './page-request.ts';
import { problemPage } from './problem-page.ts';
import { createQueueBoard } from './queue-board.ts';
import { createCreateApiKey, createListApiKeys, createRevokeApiKey } from './routes/api-keys.ts';
import { createListAuditLog } from './routes/audit-log.ts';
import { createCreateDestination } from './routes/create-destination.ts';
import { createDeleteDestination } from './routes/delete-destination.ts';
import { createPutDestination } from './routes/put-destination.ts';
import { createGetDestination, createListDestinations } from './routes/read-destinations.ts';
import { createRotateSecret } from './routes/rotate-secret.ts';
import { createListLogTypes, createPreviewRoute } from './routes/routing.ts';
import { createCreateSession, createDeleteSession, createGetSession } from './routes/sessions.ts';
import { createTestDestination } from './routes/test-destination.ts';
import { createTestDraft } from './routes/test-draft.ts';
import { createUpdateDestination } from './routes/update-destination.ts';
import type { TestSender } from './test-alert.ts';
import { createTestLimit } from './test-limit.ts';

export interface ControlApiDeps {
  database: Database;
  /** For lists and the routing preview: so reads and writes never wait for each other. */
  reads: Database;
  sealer: Sealer;
  /** Judges URLs when they are saved. */
  egressPolicy: EgressPolicy;
  /** Sends test alerts; it judges addresses when it connects. */
  sender: TestSender;
  directory: RoutingDirectory;
  /** What Bull Board shows; without them there is no board. */
  queues?: BoardQueues | undefined;
  log: Logger;
  /** Called after every committed change of destinations; may fail. */
  onDestinationsChanged?: () => void | Promise<void>;
  now?: () => Date;
}

export interface ControlApiOptions {
  /** Where the console is reached, without a trailing slash. */
  publicUrl: string;
  /** The folder of the built console: `apps/console/dist` unless told. One that is not there is no fault. */
  consoleDir?: string | undefined;
  /** What fills up a destination's own retry settings. */
  retryDefaults: RetryPolicy;
  /** Tocsin's version, for the API document. */
  version: string;
  /** `tcs_<id>_<secret>`: made usable before the service is. */
  adminKey?: string | undefined;
}

export interface ControlApi extends HttpPart {
  close(): Promise<void>;
}

/**
 * The service that owns destinations, API keys, sessions and the audit log, with every page that people see, as a part of an HTTP server. The schema must be
 * there; what is passed in stays its owner's to close.
 *
 * @throws Error where the admin key is malformed, or the database cannot be written
 */
export async function createControlApi(
  deps: ControlApiDeps,
  options: ControlApiOptions,
): Promise<ControlApi> {
  const { database, log, now = () => new Date() } = deps;
  if (options.adminKey !== undefined && !(await ensureAdminKey(database, options.adminKey)))
    log.warn(
      { event: 'admin_key.revoked' },
      'the admin key in the settings is revoked; set one with another secret',
    );

  const context = {
    ...deps,
    ...options,
    now,
    notify: createChangeNotice(deps),
    presenter: createDestinationPresenter({ sealer: deps.sealer, retryDefaults: options.retryDefaults }),
    findKey: createLookUps().inTurn((id) => findApiKey(database, id)),
    loginLimit: createLoginLimit(),
    testLimit: createTestLimit(),
  };
  const pages = [
    createDocsPage(options.version),
    createQueueBoard(deps, options.publicUrl),
    createConsoleFiles(options, log),
  ];
  return {
    routes: [
      createListDestinations(context),
      createCreateDestination(context),
      createGetDestination(context),
      createUpdateDestination(context),
      createPutDestination(context),
      createDeleteDestination(context),
      createTestDestination(context),
      createTestDraft(context),
      createRotateSecret(context),
      createListLogTypes(context),
      createPreviewRoute(context),
      createListApiKeys(context),
      createCreateApiKey(context),
      createRevokeApiKey(context),
      createListAuditLog(context),
      createCreateSession(context),
      createGetSession(),
      createDeleteSession(context),
    ],
    extend: (app, tools) => {
      for (const addPages of pages) addPages(app, tools);
    },
    mapError: databaseProblem,
    problemPage: (request, problem) => (asksForBoard(request) ? problemPage(problem) : null),
    close: async () => {},
  };
}
