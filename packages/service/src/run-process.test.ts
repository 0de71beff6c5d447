import { EventEmitter } from 'node:events';
import { describe, expect, test } from '@jest/globals';
import { type Lifecycle, ShuttingDownError } from './lifecycle.ts';
import { createLogger } from './logger.ts';
import { SettingsError } from './read-settings.ts';
import { runProcess } from './run-process.ts';

interface Fixture {
  host: EventEmitter & { exit(code: number): void };
  exits: number[];
  closed: string[];
  lines: () => Record<string, unknown>[];
  ended: Promise<void>;
}

/** A service in a fake process. */
function start(
  begin: (lifecycle: Lifecycle, closed: string[]) => Promise<void>,
  options: { env?: NodeJS.ProcessEnv; drainTimeoutMs?: number } = {},
): Fixture {
  const written: string[] = [];
  const log = createLogger({
    level: 'info',
    service: 'test',
    destination: { write: (line) => written.push(line) },
  });
  const exits: number[] = [];
  const closed: string[] = [];
  const host = Object.assign(new EventEmitter(), { exit: (code: number) => void exits.push(code) });
  const ended = runProcess({
    log,
    env: {},
    start: (lifecycle) => begin(lifecycle, closed),
    process: host,
    ...options,
  });
  return { host, exits, closed, ended, lines: () => written.map((line) => JSON.parse(line)) };
}

const settle = () => new Promise((resolve) => setImmediate(resolve));

async function open(lifecycle: Lifecycle, closed: string[]): Promise<void> {
  for (const name of ['database', 'server']) {
    lifecycle.own(name, { close: () => closed.push(name) });
  }
}

describe('a service', () => {
  test.each(['SIGTERM', 'SIGINT'])('closes on %s, last opened first, and exits with 0', async (signal) => {
    const { host, exits, closed, ended, lines } = start(open);
    await settle();
    expect(exits).toEqual([]);
    host.emit(signal);
    await ended;
    expect(closed).toEqual(['server', 'database']);
    expect(exits).toEqual([0]);
    expect(lines().map(({ event }) => event)).toEqual([
      'service.started',
      'service.stopping',
      'service.stopped',
    ]);
    expect(host.eventNames()).toEqual([]);
  });

  test('that cannot start closes what it had opened and exits with 1', async () => {
    const { exits, closed, ended, lines } = start(async (lifecycle, list) => {
      await open(lifecycle, list);
      throw Object.assign(new Error('the port is taken'), { code: 'port_taken' });
    });
    await ended;
    expect(closed).toEqual(['server', 'database']);
    expect(exits).toEqual([1]);
    expect(lines()[0]).toMatchObject({
      level: 'fatal',
      err: { code: 'port_taken', message: 'the port is taken' },
    });
  });

  test('whose start throws before it returns a promise exits with 1 too', async () => {
    const { exits, ended } = start(() => {
      throw new Error('at once');
    });
    await ended;
    expect(exits).toEqual([1]);
  });

  test('with wrong settings lists every fault', async () => {
    const { exits, ended, lines } = start(async () => {
      throw new SettingsError(['PORT: is required', 'HOST: is wrong']);
    });
    await ended;
    expect(exits).toEqual([1]);
    expect(lines()[0]).toMatchObject({ level: 'fatal', faults: ['PORT: is required', 'HOST: is wrong'] });
  });

  test.each(['uncaughtException', 'unhandledRejection'])(
    'after an %s logs it, closes, and exits with 1',
    async (event) => {
      const { host, exits, closed, ended, lines } = start(open);
      await settle();
      host.emit(event, new Error('boom'));
      await ended;
      expect(closed).toEqual(['server', 'database']);
      expect(exits).toEqual([1]);
      expect(lines()[1]).toMatchObject({ level: 'fatal', err: { message: 'boom' } });
    },
  );

  test('exits at the deadline with 1 where closing hangs', async () => {
    const { host, exits, ended, lines } = start(
      async (lifecycle) => {
        lifecycle.own('worker', { close: () => new Promise(() => {}) });
      },
      { drainTimeoutMs: 20 },
    );
    await settle();
    host.emit('SIGTERM');
    await ended;
    expect(exits).toEqual([1]);
    expect(lines().at(-1)).toMatchObject({ level: 'error', event: 'service.stop_timed_out' });
  });

  test('exits at once on a second signal', async () => {
    const { host, exits, ended } = start(
      async (lifecycle) => {
        lifecycle.own('worker', { close: () => new Promise(() => {}) });
      },
      { drainTimeoutMs: 50 },
    );
    await settle();
    host.emit('SIGTERM');
    await settle();
    expect(exits).toEqual([]);
    host.emit('SIGINT');
    expect(exits).toEqual([1]);
    await ended;
  });

  test('logs another fault while closing, and goes on closing', async () => {
    const slow = Promise.withResolvers<void>();
    const { host, exits, ended, lines } = start(async (lifecycle) => {
      lifecycle.own('worker', { close: () => slow.promise });
    });
    await settle();
    host.emit('SIGTERM');
    await settle();
    host.emit('unhandledRejection', new Error('while closing'));
    slow.resolve();
    await ended;
    expect(exits).toEqual([0]);
    expect(lines()).toContainEqual(expect.objectContaining({ event: 'service.failed_again' }));
  });

  test('that gets a signal while it starts closes what it has, and what it opens yet', async () => {
    const connected = Promise.withResolvers<void>();
    let startError: unknown;
    const { host, exits, closed, ended, lines } = start(async (lifecycle, list) => {
      lifecycle.own('database', { close: () => list.push('database') });
      await connected.promise;
      try {
        lifecycle.own('server', { close: () => list.push('server') });
      } catch (error) {
        startError = error;
        throw error;
      }
    });
    await settle();
    host.emit('SIGTERM');
    await ended;
    expect(closed).toEqual(['database']);
    connected.resolve();
    await settle();
    expect(startError).toBeInstanceOf(ShuttingDownError);
    expect(closed).toEqual(['database', 'server']);
    expect(exits).toEqual([0]);
    expect(lines().map(({ event }) => event)).toEqual(['service.stopping', 'service.stopped']);
  });

  test('refuses to start where TLS certificates are not checked', async () => {
    let isStarted = false;
    const { exits, ended, lines } = start(
      async () => {
        isStarted = true;
      },
      { env: { NODE_TLS_REJECT_UNAUTHORIZED: '0' } },
    );
    await ended;
    expect([exits, isStarted]).toEqual([[1], false]);
    expect(lines()[0]).toMatchObject({ level: 'fatal' });
  });
});
