import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, test } from '@jest/globals';
import { waitFor } from '@tocsin/testkit';

interface LogLine {
  level: string;
  msg: string;
  [field: string]: unknown;
}

const SERVICE = fileURLToPath(new URL('./fixtures/service.ts', import.meta.url));
const running: ChildProcess[] = [];

afterEach(() => {
  for (const child of running.splice(0)) child.kill('SIGKILL');
});

/** Runs the service in a process of its own. */
function run(behaviour = '', env: NodeJS.ProcessEnv = {}) {
  const child = spawn(process.execPath, ['--conditions=@tocsin/source', SERVICE, behaviour], {
    env: { PATH: process.env.PATH, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  running.push(child);
  let text = '';
  let errors = '';
  child.stdout?.on('data', (chunk: Buffer) => {
    text += chunk.toString();
  });
  child.stderr?.on('data', (chunk: Buffer) => {
    errors += chunk.toString();
  });
  const lines = () =>
    text
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as LogLine);
  const exited = once(child, 'close').then(([code, signal]) => ({ code, signal }));
  const logged = (msg: string) =>
    waitFor(() => lines().some((line) => line.msg === msg), { describe: () => `the line "${msg}"` });
  return { child, lines, exited, logged, errors: () => errors };
}

describe('a service in its own process', () => {
  test.each(['SIGTERM', 'SIGINT'] as const)('serves until %s, then exits with 0', async (signal) => {
    const { child, lines, exited, logged, errors } = run();
    await logged('started');
    const port = lines().find(({ msg }) => msg === 'listening')?.port;
    expect(await (await fetch(`http://127.0.0.1:${port}/readyz`)).json()).toMatchObject({ status: 'ready' });
    child.kill(signal);
    expect(await exited).toEqual({ code: 0, signal: null });
    expect(lines().map(({ msg }) => msg)).toEqual(['listening', 'started', 'stopping', 'stopped']);
    expect(errors()).toBe('');
  });

  test('that cannot close in time exits with 1', async () => {
    const { child, lines, exited, logged } = run('hang');
    await logged('started');
    child.kill('SIGTERM');
    expect(await exited).toEqual({ code: 1, signal: null });
    expect(lines().at(-1)?.msg).toBe('could not stop in time');
  });

  test('exits at once on a second signal', async () => {
    const { child, exited, logged } = run('hang');
    await logged('started');
    child.kill('SIGTERM');
    await logged('stopping');
    child.kill('SIGTERM');
    expect(await exited).toEqual({ code: 1, signal: null });
  });

  test.each(['throw', 'reject'])(
    'that does %s what nobody catches logs it, closes, and exits with 1',
    async (behaviour) => {
      const { lines, exited, errors } = run(behaviour);
      expect(await exited).toEqual({ code: 1, signal: null });
      expect(lines().find(({ level }) => level === 'fatal')).toMatchObject({ msg: 'stopping after a fault' });
      expect(lines().at(-1)?.msg).toBe('stopped');
      expect(errors()).toBe('');
    },
  );

  test('does not start without checked certificates', async () => {
    const { exited, lines } = run('', { NODE_TLS_REJECT_UNAUTHORIZED: '0', NODE_NO_WARNINGS: '1' });
    expect(await exited).toEqual({ code: 1, signal: null });
    expect(lines()).toMatchObject([{ level: 'fatal' }]);
  });
});
