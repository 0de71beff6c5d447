import type { Logger } from 'pino';
import { createLifecycle, type Lifecycle } from './lifecycle.ts';
import { SettingsError } from './settings.ts';

/** The part of Node's `process` that running a service needs. */
export interface ServiceProcess {
  on(event: string, listener: (value: unknown) => void): unknown;
  off(event: string, listener: (value: unknown) => void): unknown;
  exit(code: number): unknown;
  /** Where a person reads why the service does not start; the log has it too, among much else. */
  readonly stderr?: { write(text: string): unknown };
}

export interface RunServiceOptions {
  log: Logger;
  /** The process's environment, looked at for what must not be set. */
  env: NodeJS.ProcessEnv;
  /** Opens everything, each taken over by the lifecycle as soon as it is open. */
  start: (lifecycle: Lifecycle) => Promise<void>;
  /** How long closing may take before the process exits anyway. */
  drainTimeoutMs?: number;
  process?: ServiceProcess;
}

const SIGNALS = ['SIGTERM', 'SIGINT'] as const;
const FAULTS = ['uncaughtException', 'unhandledRejection'] as const;

type Ending = { kind: 'signal'; signal: string } | { kind: 'fault'; error: unknown };

/**
 * Runs a service until SIGTERM, SIGINT or a fault, closes it within the deadline, and exits: 0 after a signal and a
 * clean close, 1 otherwise. A second signal exits at once. An uncaught exception or unhandled rejection leaves the
 * process in an unknown state, so it is logged, closing is attempted, and the process exits.
 *
 * @returns never, with the real `process`
 */
export async function runService(options: RunServiceOptions): Promise<void> {
  const { log, env, start, drainTimeoutMs = 30_000, process: host = process } = options;
  if (env.NODE_TLS_REJECT_UNAUTHORIZED === '0') {
    log.fatal('NODE_TLS_REJECT_UNAUTHORIZED=0 would let anyone read what is sent: refusing to start');
    host.exit(1);
    return;
  }
  const lifecycle = createLifecycle(log);
  const endings = watchForEnd(host, log);
  startService(start, lifecycle, log).catch((error) => {
    host.stderr?.write(`Tocsin does not start: ${error instanceof Error ? error.message : String(error)}\n`);
    endings.end({ kind: 'fault', error });
  });

  const ending = await endings.first;
  if (ending.kind === 'signal') log.info({ signal: ending.signal }, 'closing');
  else logFault(log, ending.error);
  const isClosed = await closeWithin(lifecycle, drainTimeoutMs);
  if (isClosed) log.info('closed');
  else log.error({ drainTimeoutMs }, 'could not close in time');
  endings.stop();
  host.exit(ending.kind === 'signal' && isClosed ? 0 : 1);
}

async function startService(
  start: (lifecycle: Lifecycle) => Promise<void>,
  lifecycle: Lifecycle,
  log: Logger,
): Promise<void> {
  try {
    await start(lifecycle);
  } catch (error) {
    // Closing has pulled the ground from under the start; that is no fault.
    if (lifecycle.isClosing()) return;
    throw error;
  }
  if (!lifecycle.isClosing()) log.info('started');
}

function logFault(log: Logger, error: unknown): void {
  if (error instanceof SettingsError) log.fatal({ faults: error.faults }, 'the settings are not usable');
  else log.fatal({ err: error }, 'closing after a fault');
}

/** Listens for whatever ends the service. Before closing is over, a second signal exits at once. */
function watchForEnd(host: ServiceProcess, log: Logger) {
  const { promise: first, resolve } = Promise.withResolvers<Ending>();
  let isEnding = false;

  function end(ending: Ending): void {
    if (!isEnding) {
      isEnding = true;
      resolve(ending);
    } else if (ending.kind === 'signal') {
      log.warn({ signal: ending.signal }, 'a second signal: exiting at once');
      host.exit(1);
    } else {
      log.error({ err: ending.error }, 'another fault while closing');
    }
  }
  const listeners: [string, (value: unknown) => void][] = [
    ...SIGNALS.map((signal): [string, () => void] => [signal, () => end({ kind: 'signal', signal })]),
    ...FAULTS.map((fault): [string, (error: unknown) => void] => [
      fault,
      (error) => end({ kind: 'fault', error }),
    ]),
  ];
  for (const [event, listener] of listeners) host.on(event, listener);
  return {
    first,
    end,
    stop() {
      for (const [event, listener] of listeners) host.off(event, listener);
    },
  };
}

/** @returns whether everything was closed in time. */
async function closeWithin(lifecycle: Lifecycle, timeoutMs: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<boolean>((resolve) => {
    timer = setTimeout(resolve, timeoutMs, false);
  });
  const closed = lifecycle.close().then(() => true);
  const isClosed = await Promise.race([closed, deadline]);
  clearTimeout(timer);
  return isClosed;
}
