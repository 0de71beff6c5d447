import { EventEmitter } from 'node:events';
import { expect, test } from '@jest/globals';
import { catchSignals } from './catch-signals.ts';

test('the first signal stops, the second aborts, and released ones are the process’s own again', () => {
  const source = new EventEmitter();
  const interruption = catchSignals(source);
  source.emit('SIGINT');
  expect([interruption.stop.aborted, interruption.abort.aborted]).toEqual([true, false]);
  source.emit('SIGTERM');
  expect(interruption.abort.aborted).toBe(true);
  interruption.release();
  expect(source.listenerCount('SIGINT') + source.listenerCount('SIGTERM')).toBe(0);
});
