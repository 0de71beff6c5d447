import { expect, test } from '@jest/globals';
import { alertInputSchema } from '@tocsin/contract';
import { sampleAlert, sampleAlertCurl } from './sample-alert.ts';

const now = new Date('2026-07-01T07:57:12.120Z');

test('the sample alert is one that the API accepts', () => {
  expect(alertInputSchema.parse(sampleAlert(now))).toMatchObject({
    id: 'Tocsin.Sample',
    createdAt: '2026-07-01T07:57:12.120Z',
    severity: 'INFO',
    type: 'RULE',
    title: 'Sample alert from the console',
  });
});

test('the command sends an alert to the origin of the page, with a key that the shell puts in', () => {
  const command = sampleAlertCurl('https://tocsin.example', now);
  expect(command).toMatch(/^curl -sS 'https:\/\/tocsin\.example\/v1\/alerts' \\\n/);
  expect(command).toContain('"Authorization: Bearer $TOCSIN_API_KEY"');
  const data = /--data-raw '(.*)'$/.exec(command)?.[1] ?? '';
  expect(alertInputSchema.parse(JSON.parse(data))).toMatchObject({ id: 'Tocsin.Sample' });
});
