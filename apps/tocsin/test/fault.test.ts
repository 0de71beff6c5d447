import { afterEach, expect, test } from '@jest/globals';
import { createStorage, startTocsin, type TestStorage, type Tocsin } from './tocsin-process.ts';

let storage: TestStorage | undefined;
let tocsin: Tocsin | undefined;

afterEach(async () => {
  await tocsin?.process.stop();
  await storage?.remove();
});

/** Loaded before the program: signals that become the two faults that end a process unless it listens to them. */
const FAULTS = `process.on('SIGUSR2', () => { throw new Error('a bug') });
  process.on('SIGHUP', () => { Promise.reject(new Error('a bug')) });`;

test.each(['SIGUSR2', 'SIGHUP'] as const)(
  'after an uncaught fault (%s) `tocsin up` logs it, closes everything in order, and ends with 1',
  async (signal) => {
    storage = await createStorage('postgres');
    const preload = `--import=data:text/javascript,${encodeURIComponent(FAULTS)}`;
    tocsin = await startTocsin({ ...storage.env, NODE_OPTIONS: preload, LOG_LEVEL: 'debug' });
    tocsin.process.kill(signal);
    expect(await tocsin.process.exited).toMatchObject({ code: 1 });
    const log = tocsin.process
      .stderr()
      .split('\n')
      .filter((line) => line.startsWith('{'))
      .map((line) => JSON.parse(line) as { msg?: string; resource?: string; err?: { message: string } });
    expect(log).toContainEqual(
      expect.objectContaining({
        msg: 'stopping after a fault',
        err: expect.objectContaining({ message: 'a bug' }),
      }),
    );
    const closed = log.filter(({ msg }) => msg === 'closed').map(({ resource }) => resource);
    expect(closed).toHaveLength(new Set(closed).size);
    expect(closed.slice(0, 2)).toEqual(['address', 'http server']);
    expect(closed.slice(-2)).toEqual(['database', 'port']);
  },
);
