import { expect, test } from '@jest/globals';
import { takesText } from './takes-text.ts';
import { ALERT_TYPES, type AlertType, SEVERITIES, type Severity } from './value-labels.ts';

const everything = {
  severities: [...SEVERITIES],
  alertTypes: [...ALERT_TYPES],
  logTypes: [],
  requireLogType: false,
};

test('a destination without filters takes everything', () => {
  expect(takesText(everything)).toEqual({
    severities: 'All severities',
    alertTypes: 'all types',
    logTypes: 'any log type',
  });
});

test.each<[Severity[], string]>([
  [[], 'Only alerts that name it'],
  [['CRITICAL'], 'CRITICAL only'],
  [['INFO'], 'INFO only'],
  [['HIGH', 'CRITICAL'], 'HIGH and up'],
  [['LOW', 'CRITICAL'], 'CRITICAL, LOW'],
])('severities %j are "%s"', (severities, text) => {
  expect(takesText({ ...everything, severities }).severities).toBe(text);
});

test.each<[AlertType[], string]>([
  [['SYSTEM_ERROR'], 'system error'],
  [['POLICY', 'RULE'], 'rule, policy'],
  [['POLICY', 'RULE', 'SYSTEM_ERROR'], '3 of 8 types'],
])('alert types %j are "%s"', (alertTypes, text) => {
  expect(takesText({ ...everything, alertTypes }).alertTypes).toBe(text);
});

test.each<[string[], boolean, string]>([
  [['AWS.CloudTrail'], true, 'AWS.CloudTrail'],
  [['AWS.CloudTrail'], false, 'AWS.CloudTrail, or no log type'],
  [['A', 'B', 'C', 'D'], true, 'A, B and 2 more'],
])('log types %j, required: %p, are "%s"', (logTypes, requireLogType, text) => {
  expect(takesText({ ...everything, logTypes, requireLogType }).logTypes).toBe(text);
});
