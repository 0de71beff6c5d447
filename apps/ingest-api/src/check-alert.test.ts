import { describe, expect, test } from '@jest/globals';
import { buildAlert, ProblemError } from '@tocsin/contract';
import { textOf } from '@tocsin/json';
import { checkAlert, type Item, readItems } from './check-alert.ts';

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

const JSON_TYPE = 'application/json';
const NDJSON = 'application/x-ndjson';

const read = async (body: string | Buffer, type: string) => readItems(Buffer.from(body as string), type);

/** What is built of each alert; null where it could not be read. */
async function builtOf(body: string | Buffer, type: string): Promise<unknown[]> {
  const { items } = await read(body, type);
  return items.map((item) => (item.kind === 'found' ? buildAlert(item.body, item.alert) : null));
}

async function refusal(body: string | Buffer, type: string): Promise<ProblemError> {
  const error: unknown = await read(body, type).catch((fault: unknown) => fault);
  if (error instanceof ProblemError) return error;
  throw new Error('nothing was refused');
}

describe('a JSON body', () => {
  test('of one object is a lone alert', async () => {
    expect((await read(' {"id":"x"} ', JSON_TYPE)).lone).toBe(true);
    expect(await builtOf(' {"id":"x"} ', JSON_TYPE)).toEqual([{ id: 'x' }]);
  });

  test('of an array is many, in order', async () => {
    expect((await read('[1,{"id":"2"}]', JSON_TYPE)).lone).toBe(false);
    expect(await builtOf('[{"id":"1"} , {"id":"2"}]', JSON_TYPE)).toEqual([{ id: '1' }, { id: '2' }]);
  });

  test('may begin with a byte order mark', async () => {
    expect(await builtOf('\ufeff[{"id":"1"}]', JSON_TYPE)).toEqual([{ id: '1' }]);
  });

  test('is built no further than an alert goes: other kinds by their kind, unknown keys not at all', async () => {
    const body = `[${[
      '1',
      '"x"',
      'null',
      '[{"id":"x"}]',
      '{"id":{"a":[1]},"title":[["x"]],"name":17,"link":null,"tags":"x","other":{"id":"x"},"alertContext":5}',
      '{"tags":["a",1,{"b":2},null,"\\u00e9\\ud800"]}',
      '{"id":"first","\\u0069d":"last","alertContext":{"a":1},"alertContext":{ "b" : 1e999 }}',
    ].join(',')}]`;
    const built = await builtOf(body, JSON_TYPE);
    expect(built.slice(0, 6)).toEqual([
      0,
      'x',
      null,
      [],
      { id: {}, title: [], name: 0, link: null, tags: 'x', alertContext: 0 },
      { tags: ['a', 0, {}, null, 'é\ud800'] },
    ]);
    expect(textOf((built[6] as { alertContext: unknown }).alertContext)).toBe('{ "b" : 1e999 }');
    expect(built[6]).toMatchObject({ id: 'last' });
  });

  test('with a list that is too long has none of its entries built', async () => {
    const [built] = (await builtOf(`{"tags":[${'1,'.repeat(100_000)}1]}`, JSON_TYPE)) as {
      tags: unknown[];
    }[];
    expect(built?.tags).toHaveLength(201);
    expect(Object.keys(built?.tags ?? [])).toEqual([]);
  });

  test.each([
    ['cut off', '[{"id":'],
    ['empty', ''],
    ['two values', '{} {}'],
    ['brackets without end', '['.repeat(5_000_000)],
  ])('that is %s is malformed', async (_, body) =>
    expect((await refusal(body, JSON_TYPE)).code).toBe('malformed_body'),
  );

  test('that is not UTF-8 is malformed', async () => {
    expect((await refusal(Buffer.from([0x22, 0xff, 0x22]), JSON_TYPE)).code).toBe('malformed_body');
  });

  test('the refusal does not quote the body', async () => {
    expect((await refusal('{"password": hunter2}', JSON_TYPE)).detail).not.toContain('hunter2');
  });

  test('of 1,001 alerts is too many, and nobody looks at what is behind', async () => {
    expect((await refusal(JSON.stringify(Array(1_001).fill({})), JSON_TYPE)).code).toBe('too_many_alerts');
    expect((await refusal(`[${'{},'.repeat(1_001)}this is not JSON`, JSON_TYPE)).code).toBe(
      'too_many_alerts',
    );
  });

  test('of no alerts is refused', async () => {
    expect((await refusal('[]', JSON_TYPE)).code).toBe('invalid_alert');
  });

  test('has an alert that nests too deeply among others, of which the size is known', async () => {
    const deep = `${'['.repeat(200_000)}"]"${']'.repeat(200_000)}`;
    const { items } = await read(`[{"id":"${'x'.repeat(300_000)}"},{"a":1},${deep},{"id":"y"}]`, JSON_TYPE);
    const found = items.map(
      (item) => item.kind === 'found' && [item.alert.end - item.alert.start, item.alert.isTooDeep],
    );
    expect(found).toEqual([
      [300_009, false],
      [7, false],
      [400_003, true],
      [10, false],
    ]);
  });
});

describe('an NDJSON body', () => {
  test('is one alert a line; blank lines are nothing', async () => {
    const body = '\n{"id":"1"}\r\n   \n\t\r\n{"id":"2"}';
    expect((await read(body, NDJSON)).lone).toBe(false);
    expect(await builtOf(body, NDJSON)).toEqual([{ id: '1' }, { id: '2' }]);
  });

  test('with a line that is not JSON, or not UTF-8, has that one item unreadable', async () => {
    const body = Buffer.concat([
      Buffer.from('{"id":"1"}\nnope\n'),
      Buffer.from([0xff, 0x0a]),
      Buffer.from('{"id":"2"} {}\n[1\n{"id":"3"}\n'),
    ]);
    expect(await builtOf(body, NDJSON)).toEqual([{ id: '1' }, null, null, null, null, { id: '3' }]);
    const { items } = await read('nope', NDJSON);
    expect(items).toEqual([{ kind: 'unreadable', message: 'The line is not valid JSON, at byte 1.' }]);
  });

  test('of blank lines alone is refused', async () => {
    expect((await refusal('\n\n', NDJSON)).code).toBe('invalid_alert');
    expect((await refusal('\n'.repeat(10 * 1024 * 1024), NDJSON)).code).toBe('invalid_alert');
  });

  test('of 1,001 lines is too many', async () => {
    expect((await refusal('{}\n'.repeat(1_001), NDJSON)).code).toBe('too_many_alerts');
    expect((await refusal('\n\n{}'.repeat(1_001), NDJSON)).code).toBe('too_many_alerts');
  });
});
