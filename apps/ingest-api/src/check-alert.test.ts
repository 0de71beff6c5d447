import { expect, test } from '@jest/globals';
import { checkAlert } from './check-alert.ts';

const good = { id: 'Rule.One', createdAt: '2026-07-01T07:57Z', severity: 'LOW', type: 'RULE', title: 'One' };
const parsed = (value: unknown, bytes = 100) => ({ kind: 'parsed' as const, value, bytes });

test('a valid alert passes, unknown keys dropped, nulls left out', () => {
  const checked = checkAlert(parsed({ ...good, name: null, nonsense: 1 }));
  expect(checked).toEqual({ kind: 'valid', alert: good });
});

test('an invalid alert names each field', () => {
  const checked = checkAlert(parsed({ ...good, severity: 'URGENT', title: undefined, alertId: 'mine' }));
  expect(checked).toMatchObject({ kind: 'invalid', code: 'invalid_alert', alertId: 'mine' });
  expect(checked.kind === 'invalid' && checked.errors.map(({ path }) => path).sort()).toEqual([
    'severity',
    'title',
  ]);
});

test.each([null, 7, 'text', [], true])('%j is not an alert', (value) => {
  expect(checkAlert(parsed(value))).toMatchObject({ kind: 'invalid', code: 'invalid_alert', alertId: null });
});

test('an alert of more than 256 KiB is too large, one of exactly that is not', () => {
  expect(checkAlert(parsed(good, 256 * 1024 + 1))).toMatchObject({
    kind: 'invalid',
    code: 'alert_too_large',
  });
  expect(checkAlert(parsed(good, 256 * 1024)).kind).toBe('valid');
});

test('an id that is unusable is not repeated', () => {
  expect(checkAlert(parsed({ ...good, alertId: '..' }))).toMatchObject({ kind: 'invalid', alertId: null });
});
