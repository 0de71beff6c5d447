import { once } from 'node:events';
import path from 'node:path';
import { createClient } from '@tocsin/client';
import { createStartingHandler, type Listening } from '@tocsin/http';
import {
  closeWithin,
  createLifecycle,
  createMetrics,
  DRAIN_MS,
  type FaultWatch,
  type Lifecycle,
  type Logger,
  leavesTlsUnchecked,
  summariseSettings,
  tocsinVersion,
  watchFaults,
} from '@tocsin/service';
import type { Command } from 'commander';
import { createLocalCommand, type OutputOptions } from '../command.ts';
import type { CommandContext, Interruption } from '../context.ts';
import { numberBetween } from '../options/parse-number.ts';
import { createPrinter, type Printer } from '../output/printer.ts';
import { UsageError } from '../usage-error.ts';
import { bindPort } from './bind-port.ts';
import { readUpConfig, type UpConfig, upConfigSchema } from './config.ts';
import { DEMO_EGRESS, runDemo } from './demo.ts';
import { keepAddress } from './kept-address.ts';
import { keepLocalSecrets, type LocalSecrets, makeDataFolder } from './local-secrets.ts';
import { openLog } from './open-log.ts';
import { startAll } from './start.ts';

interface Options extends OutputOptions {
  port?: number;
  host?: string;
  dataDir?: string;
  logFile?: string;
  demo?: boolean;
}

const STOPPING = `Stopping: what is under way may end, within ${DRAIN_MS / 1000} s. Ctrl-C once more ends it at once.`;
const STOPPED = 'Stopped. Nothing is lost: what is not delivered yet goes on at the next start.';

const HELP = `
Without DATABASE_URL an embedded Postgres is started, its data kept in the data folder. Without REDIS_URL the queues
are on Postgres too. Every setting of the services is read from the environment. Ends in good order with Ctrl-C.

Other commands find it from the same folder, or with the same TOCSIN_DATA_DIR, whatever its port.`;

function environmentOf(options: Options, env: CommandContext['env']) {
  const allow = [env.TOCSIN_EGRESS_ALLOW ?? '', options.demo === true ? DEMO_EGRESS : ''];
  return {
    ...env,
    ...(options.port === undefined ? {} : { PORT: String(options.port) }),
    ...(options.host === undefined ? {} : { HOST: options.host }),
    ...(options.dataDir === undefined ? {} : { TOCSIN_DATA_DIR: options.dataDir }),
    TOCSIN_EGRESS_ALLOW: allow.filter((part) => part.trim() !== '').join(','),
  };
}

/** How other commands find this Tocsin. */
function whereFound({ url }: Listening, { config, context }: RunDeps): string {
  const usual = upConfigSchema.shape.TOCSIN_DATA_DIR.parse(context.env.TOCSIN_DATA_DIR || undefined);
  return config.TOCSIN_DATA_DIR === usual
    ? `in this folder, such as \`tocsin alerts list\`; elsewhere with TOCSIN_URL=${url} and TOCSIN_API_KEY`
    : `with TOCSIN_DATA_DIR=${path.resolve(config.TOCSIN_DATA_DIR)}, or TOCSIN_URL=${url} and TOCSIN_API_KEY`;
}

async function greet(server: Listening, { adminKey }: LocalSecrets, deps: RunDeps): Promise<void> {
  const { config, options, context, printer, logFile } = deps;
  const keyFile =
    config.TOCSIN_ADMIN_KEY === undefined ? path.join(config.TOCSIN_DATA_DIR, 'admin-key') : null;
  await printer.printJson({ url: server.url, adminKeyFile: keyFile, logFile: logFile ?? null });
  // The key belongs on a terminal, not in logs that a supervisor collects; the demo's key protects nothing.
  const showsKey = context.stdout.isTTY === true || options.demo === true;
  if (!showsKey) return;
  await printer.print(
    '',
    `Tocsin is at   ${server.url}   (API reference: ${server.url}/docs)`,
    `The admin key: ${adminKey}`,
    ...(logFile === undefined ? [] : [`The log:       ${logFile}`]),
    `Commands:      ${whereFound(server, deps)}`,
    'It keeps serving; end it with Ctrl-C.',
  );
}

interface RunDeps {
  config: UpConfig;
  options: Options;
  context: CommandContext;
  printer: Printer;
  log: Logger;
  logFile: string | undefined;
  interruption: Interruption;
  faults: FaultWatch;
}

/** Starts everything, shows the demo with `--demo`, and prints the address. A stop interrupts it. */
async function serve(deps: RunDeps, lifecycle: Lifecycle): Promise<void> {
  const { config, options, context, printer, log, interruption } = deps;
  const { stop } = interruption;
  // Bound first and closed last: a port that is taken is reported before a database is started.
  const metrics = createMetrics('tocsin');
  const starting = createStartingHandler({ service: 'tocsin', log, metrics });
  const bound = lifecycle.own('port', await bindPort(starting, { port: config.PORT, host: config.HOST }));
  const secrets = keepLocalSecrets(config.TOCSIN_DATA_DIR, {
    adminKey: config.TOCSIN_ADMIN_KEY,
    secretKeys: config.TOCSIN_SECRET_KEYS,
  });
  log.info({ event: 'service.starting', settings: summariseSettings(upConfigSchema, config) }, 'starting');
  const server = await startAll(config, secrets, bound, lifecycle, { log, metrics });
  lifecycle.own('address', keepAddress(config.TOCSIN_DATA_DIR, server.url));
  log.info({ event: 'service.started', url: server.url }, 'started');
  if (options.demo === true && !stop.aborted) {
    const client = createClient({
      baseUrl: server.url,
      apiKey: secrets.adminKey,
      userAgent: `tocsin-cli/${tocsinVersion()}`,
    });
    const terminal = context.stdout.isTTY === true;
    await runDemo({ client, lifecycle, printer, terminal, now: context.now, stop });
  }
  if (!stop.aborted) await greet(server, secrets, deps);
}

async function aborted(signal: AbortSignal): Promise<void> {
  if (!signal.aborted) await once(signal, 'abort');
}

/**
 * Closes everything, also if the start is still in progress: once the lifecycle is closing, the next thing that the
 * start opens is closed at once, and the start fails.
 *
 * @throws UsageError where that takes longer than it may, or at the second signal
 */
async function closeAll(
  lifecycle: Lifecycle,
  serving: Promise<void>,
  { log, interruption }: RunDeps,
): Promise<void> {
  const closed = lifecycle
    .close()
    .then(() => serving)
    .catch((error: unknown) =>
      log.debug({ event: 'service.start_interrupted', err: error }, 'the start was interrupted'),
    )
    .then(() => lifecycle.close());
  if (await closeWithin(closed, { hurry: interruption.abort })) return;
  log.error({ event: 'service.stop_timed_out', timeoutMs: DRAIN_MS }, 'could not stop in time');
  throw new UsageError('Could not close everything in time; the next start puts right what is left.');
}

/** A refusal is a sentence for the terminal and for a log file; for a bug, the log has the stack. */
function logEnd(error: unknown, { log, logFile }: RunDeps): void {
  const isRefusal = error instanceof UsageError;
  if (isRefusal && logFile === undefined) return;
  const err = isRefusal ? { name: error.name, message: error.message } : error;
  log.error({ event: 'service.ended_by_error', err }, 'ended by an error');
}

/** Serves until the first signal, which may come at any time, and closes within the time limit. */
async function run(deps: RunDeps): Promise<void> {
  const { log, printer, interruption, faults } = deps;
  const lifecycle = createLifecycle(log);
  const stopped = aborted(interruption.stop);
  const serving = serve(deps, lifecycle);
  try {
    await Promise.race([serving.then(() => stopped), stopped, faults.first]);
    log.info({ event: 'service.stopping' }, 'stopping');
    await printer.print('', STOPPING);
  } catch (error) {
    logEnd(error, deps);
    throw error;
  } finally {
    await closeAll(lifecycle, serving, deps);
  }
  log.info({ event: 'service.stopped' }, 'stopped');
  await printer.print(STOPPED);
}

async function up(options: Options, context: CommandContext): Promise<void> {
  if (leavesTlsUnchecked(context.env)) {
    throw new UsageError(
      'NODE_TLS_REJECT_UNAUTHORIZED=0 would let anyone read what is sent: refusing to start.',
    );
  }
  const config = readUpConfig(environmentOf(options, context.env));
  const logFile =
    options.logFile ?? (options.demo === true ? path.join(config.TOCSIN_DATA_DIR, 'tocsin.log') : undefined);
  makeDataFolder(config.TOCSIN_DATA_DIR);
  const log = openLog({ level: config.LOG_LEVEL, file: logFile, json: options.json === true });
  const interruption = context.catchSignals();
  const faults = watchFaults(process, log);
  const printer = createPrinter(context, options);
  await run({ config, options, context, printer, log, logFile, interruption, faults }).finally(() => {
    faults.release();
    interruption.release();
  });
}

/** `tocsin up` */
export function upCommand(context: CommandContext): Command {
  return createLocalCommand(context, 'up')
    .description('run all of Tocsin in this process')
    .option(
      '--port <port>',
      'port of the API; 0 takes a free one (default: PORT, else 8080)',
      numberBetween({ min: 0, max: 65_535 }),
    )
    .option('--host <address>', 'address to listen on (default: HOST, else 127.0.0.1)')
    .option(
      '--data-dir <folder>',
      'where data, keys and secrets are kept (default: TOCSIN_DATA_DIR, else .tocsin)',
    )
    .option('--log-file <file>', 'append the log to this file instead of standard output')
    .option('--demo', 'add a local receiver, destinations and sample alerts, and show what happens to each')
    .addHelpText('after', HELP)
    .action((options: Options) => up(options, context));
}
