import { beforeEach, describe, expect, test } from '@jest/globals';
import { createErrorLog } from './error-log.ts';

describe('the log of store errors', () => {
  let now = 0;
  let failures: unknown[] = [];
  let isFelt = false;
  let lines: { level: string; fields: object }[] = [];
  const at = (level: string) => (fields: object) => void lines.push({ level, fields });
  const log = { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
  const outage = { failed: (error: unknown) => void failures.push(error), isFelt: () => isFelt };
  const full = () => Object.assign(new Error('OOM command not allowed'), { code: 'OOM' });
  const refused = () =>
    Object.assign(new Error('connect ECONNREFUSED 127.0.0.1:6379'), { code: 'ECONNREFUSED' });

  beforeEach(() => {
    now = 0;
    lines = [];
    failures = [];
    isFelt = false;
  });

  test('says a thing once in 30 s, and then how often it came', () => {
    const errors = createErrorLog({ log, outage, now: () => now });
    for (now = 0; now < 30_000; now += 500) errors.note(full());
    expect(lines).toHaveLength(1);
    errors.note(full());
    expect(lines[1]!.fields).toMatchObject({ err: { code: 'OOM' }, suppressed: 59 });
  });

  test('takes errors that name different jobs as one kind, and others not', () => {
    const errors = createErrorLog({ log, outage, now: () => now });
    for (let n = 0; n < 50; n += 1) errors.note(new Error(`could not renew lock for job ${n}.1.1`));
    errors.note(new Error('something else'));
    expect(lines).toHaveLength(2);
  });

  test('leaves an outage to the outage, and is silent about what comes of it', () => {
    const errors = createErrorLog({ log, outage, now: () => now });
    errors.note(refused());
    expect([failures.length, lines]).toEqual([1, []]);
    isFelt = true;
    errors.note(new Error('could not renew lock for job 1.1.1'));
    expect(lines.map(({ level }) => level)).toEqual(['debug']);
    expect(errors.level()).toBe('debug');
    isFelt = false;
    expect(errors.level()).toBe('warn');
  });

  test('leaves out everything of an error but its name, code and message', () => {
    const errors = createErrorLog({ log, outage, now: () => now });
    errors.note(Object.assign(new Error('ERR syntax'), { command: { name: 'set', args: ['canary'] } }), {
      queue: 'a',
    });
    expect(lines[0]!.fields).toEqual({
      event: 'queue_store.failed',
      queue: 'a',
      err: { name: 'Error', code: undefined, message: 'ERR syntax' },
    });
  });

  test('finds words for an error without a message', () => {
    const errors = createErrorLog({ log, outage, now: () => now });
    errors.note(Object.assign(new AggregateError([full()]), { code: 'OOM' }));
    errors.note('text');
    expect(lines.map(({ fields }) => fields)).toMatchObject([
      { err: { message: 'OOM' } },
      { err: { message: 'text' } },
    ]);
  });
});
