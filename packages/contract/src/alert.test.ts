import { describe, expect, test } from '@jest/globals';
import { alertIdSchema, alertInputSchema, routingFactsOf, TEST_ALERT_ID } from './alert.ts';
import { LIMITS } from './limits.ts';
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

/** An object that nests so many levels, itself the first. */
function nested(levels: number): Record<string, unknown> {
  let inner: Record<string, unknown> = {};
  for (let level = 1; level < levels; level += 1) inner = { inner };
  return inner;
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
  const strings = ['link', 'name', 'alertId', 'description', 'runbook', 'version'];
  const lists = ['tags', 'logTypes', 'destinations', 'outputIds'];

  test('each may be absent or null, which is the same', () => {
    const nulls = Object.fromEntries([...strings, ...lists, 'alertContext'].map((name) => [name, null]));
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

  test.each(['', '.', '..', TEST_ALERT_ID, 'x'.repeat(129), 'a b', 'a/b', 'a\n', '\na', 'é', 'a\0', '%2e'])(
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
  test.each([['text'], [1], [true], [[]], [[{}]]])('may not be %j', (alertContext) => {
    expect(faultsOf({ ...MINIMAL, alertContext })).toEqual(['alertContext']);
  });

  test('is kept as it came, whatever its keys are called', () => {
    const alertContext = JSON.parse('{"b":1,"a":[null,{"__proto__":{"x":1}}],"__proto__":2,"":3}');
    const parsed = alertInputSchema.parse({ ...MINIMAL, alertContext });
    expect(JSON.stringify(parsed.alertContext)).toBe(JSON.stringify(alertContext));
  });

  test('may nest up to the limit and no deeper', () => {
    expect(faultsOf({ ...MINIMAL, alertContext: nested(LIMITS.contextDepthMax) })).toEqual([]);
    expect(faultsOf({ ...MINIMAL, alertContext: nested(LIMITS.contextDepthMax + 1) })).toEqual([
      'alertContext',
    ]);
    expect(faultsOf({ ...MINIMAL, alertContext: { list: [nested(LIMITS.contextDepthMax - 2)] } })).toEqual(
      [],
    );
    expect(faultsOf({ ...MINIMAL, alertContext: { list: [nested(LIMITS.contextDepthMax - 1)] } })).toEqual([
      'alertContext',
    ]);
  });

  test('a nesting that would overflow the stack is refused like any other', () => {
    expect(faultsOf({ ...MINIMAL, alertContext: nested(100_000) })).toEqual(['alertContext']);
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
