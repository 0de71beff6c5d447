import type { Logger } from 'pino';
import { closeWithin, DRAIN_MS } from './close-within.ts';
import { createLifecycle, type Lifecycle } from './lifecycle.ts';
import { SettingsError } from './read-settings.ts';
import { watchFaults } from './watch-faults.ts';

/** The part of Node's `process` that running a service needs. */
export interface ServiceProcess {
  on(event: string, listener: (value: unknown) => void): unknown;
  off(event: string, listener: (value: unknown) => void): unknown;
  exit(code: number): unknown;
  /** Where a person reads why the service does not start; the log has it too, among much else. */
  readonly stderr?: { write(text: string): unknown };
}

export interface RunProcessOptions {
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

type Ending = { kind: 'signal'; signal: string } | { kind: 'fault' };

/** Whether certificates would not be checked. Anyone could then read what is sent, so no process starts. */
export function leavesTlsUnchecked(env: Readonly<Record<string, string | undefined>>): boolean {
  return env.NODE_TLS_REJECT_UNAUTHORIZED === '0';
}

/**
 * Runs a service until SIGTERM, SIGINT or a fault, closes it within the deadline, and exits: 0 after a signal and a
 * clean close, 1 otherwise. A second signal exits at once. An uncaught exception or unhandled rejection leaves the
 * process in an unknown state, so it is logged, closing is attempted, and the process exits.
 *
 * @returns never, with the real `process`
 */
export async function runProcess(options: RunProcessOptions): Promise<void> {
  const { log, env, start, drainTimeoutMs = DRAIN_MS, process: host = process } = options;
  if (leavesTlsUnchecked(env)) {
    log.fatal(
      { event: 'settings.tls_unchecked' },
      'NODE_TLS_REJECT_UNAUTHORIZED=0 would let anyone read what is sent: refusing to start',
    );
    host.exit(1);
    return;
  }
  const lifecycle = createLifecycle(log);
  const endings = watchForEnd(host, log);
  startService(start, lifecycle, log).catch((error) => {
    host.stderr?.write(`Tocsin does not start: ${error instanceof Error ? error.message : String(error)}\n`);
    endings.startFailed(error);
  });

  const ending = await endings.first;
  if (ending.kind === 'signal') log.info({ event: 'service.stopping', signal: ending.signal }, 'stopping');
  const isClosed = await closeWithin(lifecycle.close(), { timeoutMs: drainTimeoutMs });
  if (isClosed) log.info({ event: 'service.stopped' }, 'stopped');
  else log.error({ event: 'service.stop_timed_out', timeoutMs: drainTimeoutMs }, 'could not stop in time');
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
    // A signal closed what the start was using; the error that follows is no fault.
    if (lifecycle.closing.aborted) return;
    throw error;
  }
  if (!lifecycle.closing.aborted) log.info({ event: 'service.started' }, 'started');
}

/** Listens for whatever ends the service. Before closing is over, a second signal exits at once. */
function watchForEnd(host: ServiceProcess, log: Logger) {
  const { promise: first, resolve } = Promise.withResolvers<Ending>();
  let isEnding = false;

  function end(ending: Ending): void {
    isEnding = true;
    resolve(ending);
  }
  const faults = watchFaults(host, log, () => isEnding);
  faults.first.catch(() => end({ kind: 'fault' }));
  const listeners = SIGNALS.map((signal) => ({
    signal,
    listener() {
      if (!isEnding) return end({ kind: 'signal', signal });
      log.warn({ event: 'service.exit_forced', signal }, 'a second signal: exiting at once');
      host.exit(1);
    },
  }));
  for (const { signal, listener } of listeners) host.on(signal, listener);
  return {
    first,
    startFailed(error: unknown): void {
      if (error instanceof SettingsError) {
        log.fatal({ event: 'settings.invalid', faults: error.faults }, 'the settings are not usable');
        end({ kind: 'fault' });
      } else faults.report(error);
    },
    stop() {
      faults.release();
      for (const { signal, listener } of listeners) host.off(signal, listener);
    },
  };
}
