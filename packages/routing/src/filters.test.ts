import { expect, test } from '@jest/globals';
import { destination, facts } from '../test/sample.ts';
import { filterReason } from './filters.ts';

test.each([
  ['takes everything', {}, {}, null],
  ['takes other types', { alertTypes: ['POLICY'] }, {}, 'type'],
  ['takes other types, and no severity', { alertTypes: ['POLICY'], severities: [] }, {}, 'type'],
  ['takes other severities', { severities: ['LOW'] }, {}, 'severity'],
  ['takes other severities of a system error', { severities: ['LOW'] }, { type: 'SYSTEM_ERROR' }, null],
  ['takes no severity of a system error', { severities: [] }, { type: 'SYSTEM_ERROR' }, 'severity'],
  ['lists no log types', { requireLogType: true }, { logTypes: ['A'] }, null],
  ['lists the only log type', { logTypes: ['A', 'B'] }, { logTypes: ['A'] }, null],
  ['lists one of several log types', { logTypes: ['A'] }, { logTypes: ['B', 'A'] }, null],
  ['lists none of the log types', { logTypes: ['A'] }, { logTypes: ['B', 'C'] }, 'logType'],
  ['lists log types, and the alert has none', { logTypes: ['A'] }, {}, null],
  [
    'requires a log type, and the alert has none',
    { logTypes: ['A'], requireLogType: true },
    {},
    'requireLogType',
  ],
] as const)('a destination that %s', (_what, settings, alert, reason) => {
  const logTypes = 'logTypes' in alert ? [...alert.logTypes] : [];
  expect(filterReason(destination(1, settings), facts({ ...alert, logTypes }))).toBe(reason);
});
