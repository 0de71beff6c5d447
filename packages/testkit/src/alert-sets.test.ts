import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { makeAlertFiles } from '../data/make-alerts.ts';
import { loadAlertSets } from './alert-sets.ts';

const FOLDER = new URL('../data/alerts/', import.meta.url);

test('the made-up alerts are what their script makes', () => {
  const kept = readdirSync(FOLDER).map((name) => [name, readFileSync(new URL(name, FOLDER), 'utf8')]);
  expect(Object.fromEntries(kept)).toEqual(makeAlertFiles());
});

test('the made-up alerts reach every destination that is switched on, and have overrides and alerts for nobody among them', () => {
  const [madeUp] = loadAlertSets();
  const unreached = madeUp?.expected.perDestination.filter(({ deliveries }) => deliveries === 0);
  expect(unreached?.map(({ displayName }) => displayName)).toEqual(['Switched off']);
  const alerts = madeUp?.lines.map((line) => JSON.parse(line)) ?? [];
  for (const field of ['destinations', 'outputIds'])
    expect(alerts.some((alert) => Array.isArray(alert[field]))).toBe(true);
  expect(madeUp?.expected.alertsByFanout).toHaveProperty('0');
});
