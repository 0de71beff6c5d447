import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import path from 'node:path';
import { expect, test } from '@jest/globals';
import { findFreePort } from '../src/index.ts';

const SOURCE = path.resolve(import.meta.dirname, '../src/free-port.ts');

test('a free port can be listened on, and is none that a system gives away by itself', async () => {
  for (let n = 0; n < 20; n += 1) {
    const port = await findFreePort();
    expect(port).toBeLessThan(32_768);
    const server = createServer().listen(port, '127.0.0.1');
    await once(server, 'listening');
    expect((server.address() as AddressInfo).port).toBe(port);
    server.close();
    await once(server, 'close');
  }
});

test('a port is given to nobody else, whether or not its server has started', async () => {
  const lowest = await findFreePort();
  const range = { lowest, highest: lowest + 1 };
  await expect(findFreePort(range)).rejects.toThrow('No free port was found');
});

test('another process is given no port of this one, and its own are given again once it has ended', async () => {
  const mine = await findFreePort();
  const other = spawn(
    process.execPath,
    [
      '--no-warnings',
      '--input-type=module',
      '-e',
      `import { findFreePort } from ${JSON.stringify(SOURCE)};
       const refused = await findFreePort({ lowest: ${mine}, highest: ${mine + 1} }).catch((error) => error.message);
       console.log(JSON.stringify({ refused, port: await findFreePort() }));
       process.stdin.resume();`,
    ],
    { stdio: ['pipe', 'pipe', 'inherit'] },
  );
  const [said] = await once(other.stdout.setEncoding('utf8'), 'data');
  const { refused, port } = JSON.parse(said);
  const range = { lowest: port, highest: port + 1 };
  expect(refused).toContain('No free port was found');
  await expect(findFreePort(range)).rejects.toThrow('No free port was found');
  other.stdin.end();
  await once(other, 'exit');
  expect(await findFreePort(range)).toBe(port);
});
