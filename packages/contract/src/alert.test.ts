import { describe, expect, test } from '@jest/globals';
import { jsonText } from '@tocsin/json';
import { alertIdSchema, alertInputSchema, routingFactsOf, TEST_ALERT_ID } from './alert.ts';
import { fieldErrorsOf } from './problem.ts';

const MINIMAL = {
  id: 'AWS.Root.Login',
  createdAt: '2026-07-01T07:57:12Z',
  severity: 'HIGH',
  type: 'RULE',
  title: 'Root signed in',
};

/** The paths that the schema finds fault with; none for an alert that it takes. */
function faultsOf(alert: unknown): string[] {
  const parsed = alertInputSchema.safeParse(alert);
  return parsed.success ? [] : fieldErrorsOf(parsed.error).map(({ path }) => path);
}

describe('required fields', () => {
  const names = Object.keys(MINIMAL);

  test.each(names)('%s may not be absent', (name) => {
    const { [name as keyof typeof MINIMAL]: _, ...rest } = MINIMAL;
    expect(faultsOf(rest)).toEqual([name]);
  });

  test.each(names)('%s may not be null', (name) => {
    expect(faultsOf({ ...MINIMAL, [name]: null })).toEqual([name]);
  });

  test.each(names)('%s may not be a number', (name) => {
    expect(faultsOf({ ...MINIMAL, [name]: 1 })).toEqual([name]);
  });

  test.each([
    ['severity', 'critical'],
    ['severity', 'URGENT'],
    ['severity', ''],
    ['type', 'rule'],
    ['type', 'ALERT'],
    ['createdAt', '2026-07-01T07:57:12'],
    ['createdAt', '2026-02-30T07:57:12Z'],
    ['createdAt', 'now'],
  ])('%s may not be "%s"', (name, value) => {
    expect(faultsOf({ ...MINIMAL, [name]: value })).toEqual([name]);
  });

  test('every fault is named at once', () => {
    expect(faultsOf({}).sort()).toEqual(names.toSorted());
  });

  test.each([[null], ['text'], [1], [[]], [true]])('%j is no alert', (value) => {
    expect(faultsOf(value)).toEqual(['']);
  });
});

describe('optional fields', () => {
  const strings = ['link', 'name', 'alertId', 'description', 'runbook', 'version', 'dedupKey'];
  const lists = ['tags', 'logTypes', 'destinations', 'outputIds'];

  test('each may be absent or null, which is the same', () => {
    const nulls = Object.fromEntries(
      [...strings, ...lists, 'alertContext', 'condition'].map((name) => [name, null]),
    );
    const withNulls = alertInputSchema.parse({ ...MINIMAL, ...nulls });
    expect(withNulls).toEqual(alertInputSchema.parse(MINIMAL));
    expect(Object.values(withNulls)).not.toContain(null);
  });

  test.each(strings)('%s must be a string', (name) => {
    for (const value of [1, true, [], {}]) expect(faultsOf({ ...MINIMAL, [name]: value })).toEqual([name]);
  });

  test.each(lists)('%s must be a list of strings', (name) => {
    for (const value of ['text', 1, {}]) expect(faultsOf({ ...MINIMAL, [name]: value })).toEqual([name]);
    expect(faultsOf({ ...MINIMAL, [name]: ['text', 1, null] })).toEqual([`${name}[1]`, `${name}[2]`]);
  });

  test('unknown keys are dropped', () => {
    expect(alertInputSchema.parse({ ...MINIMAL, dedup: 'x', constructor: 1 })).toEqual(MINIMAL);
  });
});

describe('alertId', () => {
  test.each(['a', 'A.b_c:d-9', '...', '.a', '-', 'test.alert', 'x'.repeat(128)])('may be "%s"', (alertId) => {
    expect(alertInputSchema.parse({ ...MINIMAL, alertId }).alertId).toBe(alertId);
  });

  test.each(['', '.', '..', 'x'.repeat(129), 'a b', 'a/b', 'a\n', '\na', 'é', 'a\0', '%2e'])(
    'may not be %j',
    (alertId) => {
      expect(faultsOf({ ...MINIMAL, alertId })).toEqual(['alertId']);
    },
  );

  test('the test alert’s own id is an id, for reading', () => {
    expect(TEST_ALERT_ID).toBe('Test.Alert');
    expect(alertIdSchema.safeParse(TEST_ALERT_ID).success).toBe(true);
  });
});

describe('alertContext', () => {
  const contextOf = (alertContext: unknown) =>
    alertInputSchema.parse({ ...MINIMAL, alertContext }).alertContext;

  test.each([
    [1],
    [true],
    [[]],
    [[{}]],
    ['text'],
    [''],
    ['[]'],
    ['null'],
    ['1'],
    ['{"a":}'],
    ['{} {}'],
    ['{"a":"\0"}'],
  ])('may not be %j', (alertContext) => {
    expect(faultsOf({ ...MINIMAL, alertContext })).toEqual(['alertContext']);
  });

  test('is kept as it was written, where that is known', () => {
    const text = '{ "b":1e999, "a":18446744073709551615,"a":[ ] }';
    expect(contextOf(jsonText(text))).toBe(text);
  });

  test('as text is the object in it, as it was written', () => {
    expect(contextOf(' \n{ "b":1e999, "a":18446744073709551615,"a":[ ] }\t')).toBe(
      '{ "b":1e999, "a":18446744073709551615,"a":[ ] }',
    );
    expect(contextOf('{"a":"\\ud800"}')).toBe('{"a":"\\ud800"}');
  });

  test('as text with half of a surrogate pair becomes what means the same', () => {
    expect(contextOf('{"\ud83d":"😀\udc00"}')).toBe('{"\\ud83d":"😀\\udc00"}');
    expect(faultsOf({ ...MINIMAL, alertContext: '{"a":"\\\ud800"}' })).toEqual(['alertContext']);
  });

  test('as text nests 64 deep at most, however much deeper it is', () => {
    const deep = (levels: number) => `${'{"a":'.repeat(levels - 1)}{}${'}'.repeat(levels - 1)}`;
    expect(contextOf(deep(64))).toBe(deep(64));
    expect(faultsOf({ ...MINIMAL, alertContext: deep(65) })).toEqual(['alertContext']);
    expect(faultsOf({ ...MINIMAL, alertContext: deep(40_000) })).toEqual(['alertContext']);
  });

  test('of a program keeps its keys, whatever they are called', () => {
    const alertContext = JSON.parse('{"b":1,"a":[null,{"__proto__":{"x":1}}],"__proto__":2,"":3}');
    expect(contextOf(alertContext)).toBe(JSON.stringify(alertContext));
  });
});

describe('limits', () => {
  const lists = [
    ['tags', 200],
    ['logTypes', 200],
    ['destinations', 1_000],
    ['outputIds', 1_000],
  ] as const;

  test.each(lists)('%s may have %d entries and no more', (name, max) => {
    expect(faultsOf({ ...MINIMAL, [name]: Array(max).fill('x') })).toEqual([]);
    expect(faultsOf({ ...MINIMAL, [name]: Array(max + 1).fill('x') })).toEqual([name]);
  });

  test.each(lists)('an entry of %s (%d) may have 1,024 characters, which are code points', (name, _) => {
    for (const entry of ['x'.repeat(1_024), '😀'.repeat(1_024)])
      expect(faultsOf({ ...MINIMAL, [name]: [entry] })).toEqual([]);
    for (const entry of ['x'.repeat(1_025), '😀'.repeat(1_025)])
      expect(faultsOf({ ...MINIMAL, [name]: ['', entry] })).toEqual([`${name}[1]`]);
  });

  test('dedupKey may have 255 characters, and any of Unicode', () => {
    for (const dedupKey of ['', 'a\0\ud800', '😀'.repeat(255)])
      expect(alertInputSchema.parse({ ...MINIMAL, dedupKey }).dedupKey).toBe(dedupKey);
    expect(faultsOf({ ...MINIMAL, dedupKey: 'x'.repeat(256) })).toEqual(['dedupKey']);
  });

  test('condition is firing or resolved', () => {
    for (const condition of ['firing', 'resolved']) expect(faultsOf({ ...MINIMAL, condition })).toEqual([]);
    for (const condition of ['', 'Firing', 'ok', 1])
      expect(faultsOf({ ...MINIMAL, condition })).toEqual(['condition']);
  });

  test('a list is looked into until its twentieth fault, and not at all where it is too long', () => {
    const issues = (tags: unknown[]) => alertInputSchema.safeParse({ ...MINIMAL, tags }).error?.issues;
    expect(issues(Array(200).fill(1))).toHaveLength(20);
    expect(issues(Array(1_500_000).fill(1))).toHaveLength(1);
  });
});

describe('routing facts', () => {
  test('have their defaults', () => {
    expect(routingFactsOf(alertInputSchema.parse(MINIMAL))).toEqual({
      severity: 'HIGH',
      type: 'RULE',
      logTypes: [],
      destinations: null,
      outputIds: [],
    });
  });

  test('an empty list of destinations is not the same as none', () => {
    expect(routingFactsOf(alertInputSchema.parse({ ...MINIMAL, destinations: [] })).destinations).toEqual([]);
  });
});
