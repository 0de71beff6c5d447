import { expect, test } from '@jest/globals';
import { createLogger } from '@tocsin/service';
import { DAY } from '../test/sample.ts';
import { reportFailures } from './report-failures.ts';

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
