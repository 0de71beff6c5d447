import { describe, expect, test } from '@jest/globals';
import { createLifecycle, ShuttingDownError } from './lifecycle.ts';
import { createLogger } from './logger.ts';

function createFixture() {
  const lines: string[] = [];
  const log = createLogger({
    level: 'warn',
    service: 'test',
    destination: { write: (line) => lines.push(line) },
  });
  const closed: string[] = [];
  const closable = (name: string, close: () => unknown = () => undefined) => ({
    async close() {
      await close();
      closed.push(name);
    },
  });
  return { lifecycle: createLifecycle(log), lines, closed, closable };
}

describe('closing', () => {
  test('goes last in, first out, one after the other', async () => {
    const { lifecycle, closed, closable } = createFixture();
    const slow = Promise.withResolvers<void>();
    lifecycle.own('database', closable('database'));
    lifecycle.own(
      'queue',
      closable('queue', () => slow.promise),
    );
    lifecycle.own('server', closable('server'));
    const closing = lifecycle.close();
    await new Promise((resolve) => setImmediate(resolve));
    expect(closed).toEqual(['server']);
    slow.resolve();
    await closing;
    expect(closed).toEqual(['server', 'queue', 'database']);
  });

  test('a close that fails is logged and does not stop the rest', async () => {
    const { lifecycle, closed, closable, lines } = createFixture();
    lifecycle.own('first', closable('first'));
    lifecycle.own('throws', {
      close() {
        throw new Error('at once');
      },
    });
    lifecycle.own('rejects', { close: () => Promise.reject(new Error('later')) });
    lifecycle.own('last', closable('last'));
    await lifecycle.close();
    expect(closed).toEqual(['last', 'first']);
    expect(lines.map((line) => (JSON.parse(line) as { resource: string }).resource)).toEqual([
      'rejects',
      'throws',
    ]);
  });

  test('twice is once', async () => {
    const { lifecycle, closed, closable } = createFixture();
    lifecycle.own('a', closable('a'));
    expect(lifecycle.closing.aborted).toBe(false);
    const first = lifecycle.close();
    expect(lifecycle.closing.aborted).toBe(true);
    await Promise.all([first, lifecycle.close()]);
    expect(closed).toEqual(['a']);
  });

  test('own hands the resource back', () => {
    const { lifecycle, closable } = createFixture();
    const resource = closable('a');
    expect(lifecycle.own('a', resource)).toBe(resource);
  });

  test('what is opened while closing is closed at once, and its opener stopped', async () => {
    const { lifecycle, closed, closable } = createFixture();
    const slow = Promise.withResolvers<void>();
    lifecycle.own(
      'slow',
      closable('slow', () => slow.promise),
    );
    const closing = lifecycle.close();
    expect(() => lifecycle.own('late', closable('late'))).toThrow(ShuttingDownError);
    slow.resolve();
    await closing;
    await lifecycle.close();
    expect(closed.sort()).toEqual(['late', 'slow']);
  });
});
