import { beforeEach, describe, expect, test } from '@jest/globals';
import { createErrorLog } from './error-log.ts';

describe('the log of store errors', () => {
  let now = 0;
  let lines: { level: string; fields: object }[] = [];
  const at = (level: string) => (fields: object) => void lines.push({ level, fields });
  const log = { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
  const refused = () =>
    Object.assign(new Error('connect ECONNREFUSED 127.0.0.1:6379'), { code: 'ECONNREFUSED' });

  beforeEach(() => {
    now = 0;
    lines = [];
  });

  test('says a thing once in 30 s, and then how often it came', () => {
    const errors = createErrorLog({ log, now: () => now });
    for (now = 0; now < 30_000; now += 500) errors.note(refused());
    expect(lines).toHaveLength(1);
    errors.note(refused());
    expect(lines[1]!.fields).toMatchObject({ code: 'ECONNREFUSED', suppressed: 59 });
  });

  test('takes errors that name different jobs as one kind, and others not', () => {
    const errors = createErrorLog({ log, now: () => now });
    for (let n = 0; n < 50; n += 1) errors.note(new Error(`could not renew lock for job ${n}.1.1`));
    errors.note(new Error('something else'));
    expect(lines).toHaveLength(2);
  });

  test('says once that the store is back, and logs the next error at once', () => {
    const errors = createErrorLog({ log, now: () => now });
    errors.recovered();
    errors.note(refused());
    errors.recovered();
    errors.recovered();
    errors.note(refused());
    expect(lines.map(({ level }) => level)).toEqual(['warn', 'info', 'warn']);
  });

  test('leaves out everything of an error but its code and message', () => {
    const errors = createErrorLog({ log, now: () => now });
    errors.note(Object.assign(new Error('ERR syntax'), { command: { name: 'set', args: ['canary'] } }), {
      queue: 'a',
    });
    expect(lines[0]!.fields).toEqual({ queue: 'a', code: undefined, error: 'ERR syntax' });
  });

  test('finds words for an error without a message', () => {
    const errors = createErrorLog({ log, now: () => now });
    errors.note(Object.assign(new AggregateError([refused()]), { code: 'ECONNREFUSED' }));
    errors.note('text');
    expect(lines.map(({ fields }) => fields)).toMatchObject([{ error: 'ECONNREFUSED' }, { error: 'text' }]);
  });
});
