import { expect, test } from '@jest/globals';
import { checkAlert } from './check-alert.ts';
import { type Item, readItems } from './read-items.ts';

const good = { id: 'Rule.One', createdAt: '2026-07-01T07:57Z', severity: 'LOW', type: 'RULE', title: 'One' };

/** @param text one alert, as it is sent */
async function check(text: string, isOwn = false) {
  const { items } = readItems(Buffer.from(text), 'application/json');
  return checkAlert(items[0] as Item, 20, isOwn);
}
const checked = (alert: unknown, isOwn = false) => check(JSON.stringify(alert), isOwn);

test('a valid alert passes, unknown keys dropped, nulls left out', async () => {
  expect(await checked({ ...good, name: null, nonsense: 1 })).toEqual({ kind: 'valid', alert: good });
});

test('an invalid alert names each field', async () => {
  const result = await checked({ ...good, severity: 'URGENT', title: undefined, alertId: 'mine' });
  expect(result).toMatchObject({ kind: 'invalid', code: 'invalid_alert', alertId: 'mine' });
  expect(result.kind === 'invalid' && result.errors.map(({ path }) => path).sort()).toEqual([
    'severity',
    'title',
  ]);
});

test('an alert with more faults than are listed says so', async () => {
  const tags = (count: number) => Array(count).fill(1);
  expect(await checked({ ...good, tags: tags(19) })).toMatchObject({ isCut: false });
  expect(await checked({ ...good, tags: tags(20) })).toMatchObject({ isCut: true });
  const { items } = readItems(Buffer.from('{}'), 'application/json');
  expect(checkAlert(items[0] as Item, 1)).toMatchObject({
    isCut: true,
    errors: [{ path: 'id', message: 'is required' }],
  });
});

test.each([null, 7, 'text', true])('%j is not an alert', async (value) => {
  expect(await checked(value)).toMatchObject({ kind: 'invalid', code: 'invalid_alert', alertId: null });
});

test('an alert of more than 256 KiB is too large, one of exactly that is not', async () => {
  const sized = (bytes: number) => ({
    ...good,
    alertId: 'big',
    extra: 'x'.repeat(bytes - JSON.stringify({ ...good, alertId: 'big', extra: '' }).length),
  });
  expect(await checked(sized(256 * 1024 + 1))).toMatchObject({ code: 'alert_too_large', alertId: 'big' });
  expect((await checked(sized(256 * 1024))).kind).toBe('valid');
});

test('an alert that nests more than 64 deep is invalid, itself the first level', async () => {
  const nested = (levels: number) =>
    `{"alertId":"deep","alertContext":${'{"a":'.repeat(levels - 2)}{}${'}'.repeat(levels - 2)},${JSON.stringify(good).slice(1)}`;
  expect((await check(nested(64))).kind).toBe('valid');
  for (const levels of [65, 20_000])
    expect(await check(nested(levels))).toMatchObject({
      code: 'invalid_alert',
      alertId: 'deep',
      message: 'must not nest deeper than 64 levels',
    });
});

test('an id that is unusable is not repeated', async () => {
  expect(await checked({ ...good, alertId: '..' })).toMatchObject({ kind: 'invalid', alertId: null });
});

test('Test.Alert is a test where it is valid, and invalid like any other where it is not', async () => {
  expect(await checked({ ...good, alertId: 'Test.Alert' })).toEqual({ kind: 'test' });
  expect(await checked({ ...good, alertId: 'Test.Alert', title: 1 })).toMatchObject({
    code: 'invalid_alert',
  });
});

test('ids that begin with "tocsin." are for alerts that Tocsin raises', async () => {
  for (const alertId of ['tocsin.', 'tocsin.failure.1']) {
    expect(await checked({ ...good, alertId })).toMatchObject({
      code: 'reserved_id',
      alertId,
      errors: [{ path: 'alertId' }],
    });
    expect((await checked({ ...good, alertId }, true)).kind).toBe('valid');
  }
  for (const alertId of ['tocsin', 'tocsin-1', 'Tocsin.1', 'my.tocsin.1'])
    expect((await checked({ ...good, alertId })).kind).toBe('valid');
});

test('the context is kept byte for byte, as an object and as text', async () => {
  const context = '{ "n":18446744073709551615, "r":1e999,\t"a":1,"a":2, "s":"\\u00e9\\/é" }';
  for (const given of [context, JSON.stringify(context)]) {
    const result = await check(`{"alertContext":${given},${JSON.stringify(good).slice(1)}`);
    expect(result.kind === 'valid' && result.alert.alertContext).toBe(context);
  }
});
