import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, describe, expect, test } from '@jest/globals';
import { runCommand } from './run-command.ts';
import type { StubApi } from './stub-api.ts';
import { createStubServers, runAgainst as run } from './stub-servers.ts';

const servers = createStubServers();
const { serve } = servers;

afterEach(async () => expect(await servers.close()).toEqual([]));

describe('the key in use', () => {
  async function withKeyFile(use: (folder: string, stub: StubApi) => Promise<void>): Promise<void> {
    const folder = await mkdtemp(path.join(tmpdir(), 'tocsin-key-'));
    const stub = await serve();
    await writeFile(path.join(folder, 'admin-key'), `${stub.apiKey}\n`);
    await use(folder, stub);
    await rm(folder, { recursive: true });
  }

  test('is the one that `tocsin up` left, where none is given', () =>
    withKeyFile(async (folder, stub) => {
      const env = { TOCSIN_URL: stub.url, TOCSIN_DATA_DIR: folder };
      expect(await runCommand(['destinations', 'list'], { env })).toMatchObject({ code: 0, stderr: '' });
    }));

  test('is never that one for another machine', () =>
    withKeyFile(async (folder) => {
      const env = { TOCSIN_URL: 'http://tocsin.example.com', TOCSIN_DATA_DIR: folder };
      const result = await runCommand(['destinations', 'list'], { env });
      expect(result).toMatchObject({ code: 1, stdout: '' });
      expect(result.stderr).toContain('only sent to this machine itself');
    }));

  test('is missing, and the message says how to get one', async () => {
    const result = await runCommand(['alerts', 'list'], { env: {} });
    expect(result).toMatchObject({ code: 1, stdout: '' });
    expect(result.stderr).toContain('Set TOCSIN_API_KEY');
  });

  test('is wrong, and the message says so', async () => {
    const result = await run(await serve(), ['alerts', 'list'], { env: { TOCSIN_API_KEY: 'tcs_x_y' } });
    expect(result).toMatchObject({ code: 1, stdout: '' });
    expect(result.stderr).toContain('Check TOCSIN_API_KEY');
  });

  test('is no part of an error where it cannot be sent', async () => {
    const result = await run(await serve(), ['alerts', 'list'], {
      env: { TOCSIN_API_KEY: 'tcs_a_s3c\nret' },
    });
    expect(result).toMatchObject({ code: 1, stdout: '' });
    expect(result.stderr).not.toContain('s3c');
  });
});
