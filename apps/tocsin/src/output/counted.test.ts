import { expect, test } from '@jest/globals';
import { DEFAULT_RETRY_POLICY } from '@tocsin/contract';
import pc from 'picocolors';
import { sampleDestination } from '../../test/sample-views.ts';
import { counted } from './counted.ts';
import { destinationPage } from './destination-view.ts';

test.each([
  [0, '0 retries'],
  [1, '1 retry'],
  [1_234, '1,234 retries'],
])('%i', (count, text) => expect(counted(count, 'retry', 'retries')).toBe(text));

test.each([
  [0, 'Retries         none'],
  [1, 'Retries         1 retry, first after'],
  [10, 'Retries         10 retries, first after'],
])('a destination with at most %i retries says so', (maxRetries, text) => {
  const destination = sampleDestination({ retry: { ...DEFAULT_RETRY_POLICY, maxRetries } });
  expect(destinationPage(destination, pc.createColors(false)).join('\n')).toContain(text);
});

test('one failure in a row is no failures', () => {
  const { health } = sampleDestination();
  const failing = {
    ...health,
    consecutiveFailures: 1,
    lastFailureAt: health.lastSuccessAt,
    lastError: { code: 'timeout', message: 'No answer within 10 s.' },
  };
  const lines = destinationPage(sampleDestination({ health: failing }), pc.createColors(false));
  expect(lines.join('\n')).toContain('(timeout: No answer within 10 s., 1 failure in a row)');
});
