import { expect, test } from '@jest/globals';
import { destinationInputSchema } from '@tocsin/contract';
import { destinationView } from '../../../../../test/sample-destination.ts';
import { copyOf, emptyValues, valuesOf } from './form-values.ts';
import { toCreateBody } from './requests.ts';

test('a new destination starts with the defaults of the API', () => {
  const body = toCreateBody({ ...emptyValues(), displayName: 'Pager', url: 'https://pager.example/in' });
  const defaults = destinationInputSchema.parse({ displayName: 'Pager', url: 'https://pager.example/in' });
  expect(destinationInputSchema.parse(body)).toEqual({ ...defaults, signingSecret: null });
});

test('a saved destination is shown in seconds, its header values kept where they are', () => {
  expect(valuesOf(destinationView())).toMatchObject({
    timeoutSeconds: 12.5,
    baseDelaySeconds: 5,
    maxDelaySeconds: 21_600,
    rateLimitPerSecond: '',
    headers: [{ name: 'X-Api-Key', value: '', hasStored: true, keepsStored: true }],
  });
});

test('severities stand in one order, however they were saved', () => {
  expect(valuesOf(destinationView({ severities: ['LOW', 'CRITICAL'] })).severities).toEqual([
    'CRITICAL',
    'LOW',
  ]);
});

test('a copy has another name, the same settings, and no secret', () => {
  expect(copyOf(destinationView())).toMatchObject({
    displayName: 'Pager (copy)',
    url: 'https://pager.example/in',
    timeoutSeconds: 12.5,
    signingSecret: '',
    headers: [{ name: 'X-Api-Key', value: '', hasStored: false, keepsStored: false }],
  });
});

test('the name of a copy fits, and is cut between characters', () => {
  const name = copyOf(destinationView({ displayName: '🔔'.repeat(50) })).displayName;
  expect(name.length).toBeLessThanOrEqual(100);
  expect(name.isWellFormed()).toBe(true);
  expect(name.endsWith(' (copy)')).toBe(true);
});
