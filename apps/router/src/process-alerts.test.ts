import { describe, expect, test } from '@jest/globals';
import { ALERT_TYPES, type RoutingFacts, SEVERITIES } from '@tocsin/contract';
import { createDecider, type RoutableDestination } from '@tocsin/routing';
import { createLogger } from '@tocsin/service';
import type { Plan } from '@tocsin/status-gateway';
import { DAY, idOf } from '../test/sample.ts';
import { createAlertProcessor, reportFailures } from './process-alerts.ts';

const FACTS: RoutingFacts = {
  severity: 'HIGH',
  type: 'RULE',
  logTypes: [],
  destinations: null,
  outputIds: [],
};
const jobOf = (...facts: unknown[]) => ({
  day: DAY,
  severityRank: 1,
  alerts: facts.map((one, index) => ({
    id: `alert-${index}`,
    facts: typeof one === 'string' ? one : JSON.stringify(one),
  })),
});

function destination(number: number, displayName = `Destination ${number}`): RoutableDestination {
  return {
    id: idOf(number),
    displayName,
    severities: SEVERITIES,
    alertTypes: ALERT_TYPES,
    logTypes: [],
    requireLogType: false,
    enabled: true,
  };
}

function setUp() {
  const state = { reported: [] as Plan[], version: 1, list: [destination(1)], isUnavailable: false };
  const snapshot = async () => {
    if (state.isUnavailable) throw new Error('database unavailable');
    return { version: state.version, list: state.list };
  };
  const process = createAlertProcessor({
    decider: createDecider({ destinations: { current: snapshot } }),
    plans: {
      report: async (plans) => {
        state.reported.push(...plans);
      },
      close: async () => undefined,
    },
  });
  const controller = new AbortController();
  return { state, controller, process: (job: ReturnType<typeof jobOf>) => process(job, controller) };
}

describe('processing a job of alerts', () => {
  test('reports one plan per alert, with the severity and type that its deliveries need', async () => {
    const { state, process } = setUp();
    await process(jobOf(FACTS, { ...FACTS, type: 'SYSTEM_ERROR', destinations: [] }));
    expect(state.reported).toEqual([
      {
        alertId: 'alert-0',
        day: DAY,
        severity: 'HIGH',
        isSystemError: false,
        decision: { rule: 'filters', destinationIds: [idOf(1)], skipped: [], notes: [] },
      },
      expect.objectContaining({
        alertId: 'alert-1',
        isSystemError: true,
        decision: expect.objectContaining({ rule: 'destinations', destinationIds: [] }),
      }),
    ]);
  });

  test('decides anew once the destinations have changed', async () => {
    const { state, process } = setUp();
    await process(jobOf(FACTS));
    Object.assign(state, { version: 2, list: [destination(1), destination(2)] });
    await process(jobOf(FACTS));
    expect(state.reported.map(({ decision }) => decision.destinationIds.length)).toEqual([1, 2]);
  });

  test('throws while the destinations cannot be read, and hands nothing over', async () => {
    const { state, process } = setUp();
    state.isUnavailable = true;
    await expect(process(jobOf(FACTS))).rejects.toThrow('database unavailable');
    expect(state.reported).toEqual([]);
  });

  test('hands nothing over once the job is somebody else’s', async () => {
    const { state, controller, process } = setUp();
    controller.abort(new Error('lock lost'));
    await expect(process(jobOf(FACTS))).rejects.toThrow('lock lost');
    expect(state.reported).toEqual([]);
  });

  test.each([
    ['text that is no JSON', '{"severity":'],
    ['an unknown severity', { ...FACTS, severity: 'URGENT' }],
    ['nothing', 'null'],
  ])('%s for facts fails the job, but not its neighbours', async (_, bad) => {
    const { state, process } = setUp();
    await expect(process(jobOf(bad, FACTS))).rejects.toMatchObject({
      code: 'unreadable_facts',
      message: expect.stringContaining('alert-0'),
    });
    expect(state.reported.map(({ alertId }) => alertId)).toEqual(['alert-1']);
  });

  test('takes names with any Unicode in them, U+0000 included', async () => {
    const { state, process } = setUp();
    await process(jobOf({ ...FACTS, destinations: ['a\u0000b'], logTypes: ['\u0000'] }));
    expect(state.reported[0]?.decision.notes[0]).toContain('a\uFFFDb');
  });
});

test('a row of failures is logged at its start and its end, counted throughout, and thrown on', async () => {
  const lines: { level: string; msg: string }[] = [];
  const log = createLogger({
    level: 'info',
    service: 'test',
    destination: { write: (line: string) => lines.push(JSON.parse(line)) },
  });
  const outcomes = ['broken', 'broken', null, null, 'broken'];
  let failed = 0;
  const process = reportFailures(
    async () => {
      const fault = outcomes.shift();
      if (fault) throw new Error(fault);
      return { kind: 'done' };
    },
    { log, observe: { jobFailed: () => (failed += 1) } },
  );
  const run = () =>
    process({ day: DAY, severityRank: 0, alerts: [] }, { signal: new AbortController().signal });

  await expect(run()).rejects.toThrow('broken');
  await expect(run()).rejects.toThrow('broken');
  await run();
  await run();
  await expect(run()).rejects.toThrow('broken');
  expect(lines.map(({ level }) => level)).toEqual(['warn', 'info', 'warn']);
  expect(failed).toBe(3);
});
