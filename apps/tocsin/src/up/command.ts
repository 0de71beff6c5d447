import { once } from 'node:events';
import path from 'node:path';
import { createClient } from '@tocsin/client';
import {
  createLifecycle,
  createLogger,
  type Lifecycle,
  type Listening,
  type Logger,
  listen,
  PortTakenError,
  summariseSettings,
} from '@tocsin/runtime';
import type { Command } from 'commander';
import { pino } from 'pino';
import { createLocalCommand, type OutputOptions } from '../command.ts';
import type { CommandContext, Interruption } from '../context.ts';
import { numberBetween } from '../options/parse-number.ts';
import { createPrinter, type Printer } from '../output/printer.ts';
import { UsageError } from '../usage-error.ts';
import { readVersion } from '../version.ts';
import { readUpConfig, type UpConfig, upConfigSchema } from './config.ts';
import { DEMO_EGRESS, runDemo } from './demo.ts';
import { type KeptSecrets, keepSecrets } from './kept-secrets.ts';
import { startAll } from './start.ts';

interface Options extends OutputOptions {
  port?: number;
  host?: string;
  dataDir?: string;
  logFile?: string;
  demo?: boolean;
}

/** Longer than the delivery worker's drain of its jobs (31 s). */
const DRAIN_MS = 34_000;

const HELP = `
Without DATABASE_URL an embedded Postgres is started, its data kept in the data folder. Without REDIS_URL the queues
are on Postgres too. Every setting of the services is read from the environment. Ends in good order with Ctrl-C.`;

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

/** Says so before anything is started, and not only when the server is to listen at last. */
async function refuseTakenPort({ PORT: port, HOST: host }: UpConfig): Promise<void> {
  try {
    const probe = await listen((_, response) => response.end(), { port, host });
    await probe.close();
  } catch (error) {
    if (!(error instanceof PortTakenError)) throw error;
    throw new UsageError(
      `Port ${port} on ${host} is taken by another process. Choose another: \`npm start -- --port ${port + 1000}\`, or \`tocsin up --port ${port + 1000}\`.`,
      { cause: error },
    );
  }
}

const STDERR = 2;

/** With `--json`, standard output is for one document alone. */
function openLog(config: UpConfig, file: string | undefined, json: boolean): Logger {
  const target = file === undefined ? (json ? { dest: STDERR } : undefined) : { dest: file, mkdir: true };
  const destination = target === undefined ? undefined : pino.destination(target);
  return createLogger({
    level: config.LOG_LEVEL,
    service: 'tocsin',
    ...(destination === undefined ? {} : { destination }),
  });
}

async function greet(
  server: Listening,
  { adminKey }: KeptSecrets,
  { config, options, context, printer, logFile }: RunDeps,
): Promise<void> {
  const keyFile =
    config.TOCSIN_ADMIN_KEY === undefined ? path.join(config.TOCSIN_DATA_DIR, 'admin-key') : null;
  await printer.printJson({ url: server.url, adminKeyFile: keyFile, logFile: logFile ?? null });
  // A key belongs on a terminal and not into a log that a supervisor collects; the demo's is worth nothing.
  const showsKey = context.stdout.isTTY === true || options.demo === true;
  if (!showsKey) return;
  await printer.print(
    '',
    `Tocsin is at   ${server.url}   (API reference: ${server.url}/docs)`,
    `The admin key: ${adminKey}`,
    ...(logFile === undefined ? [] : [`The log:       ${logFile}`]),
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
}

async function run(deps: RunDeps, lifecycle: Lifecycle): Promise<void> {
  const { config, options, context, printer, log, interruption } = deps;
  await refuseTakenPort(config);
  const secrets = keepSecrets(config.TOCSIN_DATA_DIR, {
    adminKey: config.TOCSIN_ADMIN_KEY,
    secretKeys: config.TOCSIN_SECRET_KEYS,
  });
  log.info({ settings: summariseSettings(upConfigSchema, config) }, 'starting');
  const server = await startAll(config, secrets, lifecycle, log);
  log.info({ url: server.url }, 'started');
  if (options.demo === true) {
    const client = createClient({
      baseUrl: server.url,
      apiKey: secrets.adminKey,
      userAgent: `tocsin-cli/${readVersion()}`,
    });
    const terminal = context.stdout.isTTY === true;
    await runDemo({ client, lifecycle, printer, terminal, now: context.now, stop: interruption.stop });
  }
  await greet(server, secrets, deps);
  if (!interruption.stop.aborted) await once(interruption.stop, 'abort');
  await printer.print('', 'Closing…');
}

async function closeWithin(lifecycle: Lifecycle, log: Logger, abort: AbortSignal): Promise<void> {
  const late = AbortSignal.any([abort, AbortSignal.timeout(DRAIN_MS)]);
  await Promise.race([lifecycle.close(), once(late, 'abort')]);
  if (!late.aborted) return;
  log.error('could not close in time');
  throw new UsageError('Could not close everything in time; the next start puts right what is left.');
}

async function up(options: Options, context: CommandContext): Promise<void> {
  if (context.env.NODE_TLS_REJECT_UNAUTHORIZED === '0') {
    throw new UsageError(
      'NODE_TLS_REJECT_UNAUTHORIZED=0 would let anyone read what is sent: refusing to start.',
    );
  }
  const config = readUpConfig(environmentOf(options, context.env));
  const logFile =
    options.logFile ?? (options.demo === true ? path.join(config.TOCSIN_DATA_DIR, 'tocsin.log') : undefined);
  const log = openLog(config, logFile, options.json === true);
  const lifecycle = createLifecycle(log);
  const interruption = context.catchSignals();
  try {
    await run(
      { config, options, context, printer: createPrinter(context, options), log, logFile, interruption },
      lifecycle,
    );
  } finally {
    await closeWithin(lifecycle, log, interruption.abort);
    interruption.release();
  }
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
