import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { expectNoLeaks, findFreePort, openHandles, startChild, startProcess, waitFor } from '../src/index.ts';

const testkit = fileURLToPath(new URL('../src/index.ts', import.meta.url));
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'tocsin-processes-'));
});
afterAll(async () => {
  await rm(folder, { recursive: true });
});

/** Writes a TypeScript program, to be started. */
async function program(name: string, text: string): Promise<string> {
  const file = path.join(folder, `${name}.mts`);
  await writeFile(file, text);
  return file;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

const SERVER = `
  import http from 'node:http';
  const port: number = Number(process.env.PORT);
  http.createServer((_, response) => response.end('up')).listen(port, '127.0.0.1');
  process.on('SIGTERM', () => { console.error('draining'); process.exit(3); });
`;

describe('startProcess', () => {
  test('runs TypeScript, says when it answers, and kills it as kill -9 does', async () => {
    const before = openHandles();
    const port = await findFreePort();
    const server = await startProcess({ entry: await program('server', SERVER), env: { PORT: `${port}` } });
    await server.ready(`http://127.0.0.1:${port}/`);
    expect(await server.kill('SIGKILL')).toEqual({ code: null, signal: 'SIGKILL' });
    expect([server.hasExited(), isAlive(server.pid)]).toEqual([true, false]);
    await expectNoLeaks(before);
  });

  test('lets a process end in its own way, with its output kept', async () => {
    const port = await findFreePort();
    const server = await startProcess({ entry: await program('draining', SERVER), env: { PORT: `${port}` } });
    await server.ready(`http://127.0.0.1:${port}/`);
    expect(await server.stop()).toEqual({ code: 3, signal: null });
    expect(server.stderr()).toBe('draining\n');
  });

  test('kills a process that does not end on SIGTERM', async () => {
    const stubborn = await program(
      'stubborn',
      `process.on('SIGTERM', () => {}); setInterval(() => {}, 1000); console.log('running');`,
    );
    const started = await startProcess({ entry: stubborn });
    await started.printed(/running/);
    expect(await started.stop({ timeoutMs: 50 })).toEqual({ code: null, signal: 'SIGKILL' });
  });

  test('says why a process that ends will never be ready', async () => {
    const broken = await program('broken', `throw new Error('no settings');`);
    const server = await startProcess({ entry: broken });
    await expect(server.ready('http://127.0.0.1:9/')).rejects.toThrow(/ended: .*no settings/);
    await expect(server.printed(/never/)).rejects.toThrow(/ended: .*no settings/);
  });

  test('has what an ended process wrote, though this one was busy meanwhile', async () => {
    for (let time = 0; time < 10; time += 1) {
      const child = await startChild({ command: '/bin/sh', args: ['-c', 'echo done'], env: {} });
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 60);
      expect(await child.exited).toEqual({ code: 0, signal: null });
      expect(child.stdout()).toBe('done\n');
    }
  });

  test('does not wait for others that hold the output of an ended process', async () => {
    const child = await startChild({
      command: '/bin/sh',
      args: ['-c', 'sleep 60 & echo $!.'],
      env: process.env,
    });
    expect(await child.exited).toEqual({ code: 0, signal: null });
    const other = Number(child.stdout().split('.')[0]);
    expect(isAlive(other)).toBe(true);
    process.kill(other, 'SIGKILL');
  });

  test('passes only what it is given of the environment', async () => {
    process.env.TOCSIN_STRAY_SETTING = 'stray';
    const entry = await program('environment', `console.log(JSON.stringify(process.env));`);
    const started = await startProcess({ entry, env: { GIVEN: 'yes' } });
    await started.exited;
    delete process.env.TOCSIN_STRAY_SETTING;
    const env = JSON.parse(started.stdout());
    expect([env.GIVEN, env.PATH, env.TOCSIN_STRAY_SETTING]).toEqual(['yes', process.env.PATH, undefined]);
  });

  test('leaves no process behind when the one that started it is killed', async () => {
    const sleeper = await program('sleeper', `setInterval(() => {}, 1000); console.log('asleep');`);
    const starter = await program(
      'starter',
      `const { startProcess } = await import(${JSON.stringify(testkit)});
       const child = await startProcess({ entry: ${JSON.stringify(sleeper)} });
       await child.printed(/asleep/);
       console.log('child ' + child.pid + '.');`,
    );
    const started = await startProcess({ entry: starter });
    await started.printed(/child \d+\./);
    const pid = Number(/child (\d+)\./.exec(started.stdout())?.[1]);
    expect(isAlive(pid)).toBe(true);
    await started.kill('SIGKILL');
    await waitFor(() => !isAlive(pid), { describe: 'the orphan to be ended' });
  });
});
