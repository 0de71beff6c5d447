import { describe, expect, test } from '@jest/globals';
import { initialChoice, requestOf } from './resend-choice.ts';
import { viewOf } from './views.ts';

const now = Date.parse('2026-07-02T00:00:00Z');
const nothing = { destinationId: '', since: '', until: '' };

describe('what is offered to be sent again', () => {
  test('is what failed within a day, where the list shows nothing that has ended', () => {
    expect(initialChoice({ ...nothing, view: viewOf('retrying') }, now)).toEqual({
      isMissing: false,
      destinationId: '',
      since: '2026-07-01T00:00:00.000Z',
      until: '2026-07-02T00:00:00.000Z',
      status: ['failed'],
      severities: [],
      errorCodes: [],
    });
  });

  test('is what the list shows', () => {
    const shown = { destinationId: 'd', since: '2026-06-01T00:00:00Z', until: '2026-06-02T00:00:00Z' };
    expect(initialChoice({ ...shown, view: viewOf('cancelled') }, now)).toEqual({
      ...shown,
      isMissing: false,
      status: ['cancelled'],
      severities: [],
      errorCodes: [],
    });
  });
});

describe('a choice', () => {
  const choice = initialChoice({ ...nothing, view: viewOf('failed') }, now);

  test('becomes a request without what was not chosen', () => {
    expect(requestOf(choice)).toEqual({ since: choice.since, until: choice.until, status: ['failed'] });
    expect(requestOf({ ...choice, destinationId: 'd' })).toMatchObject({ destinationId: 'd' });
    expect(
      requestOf({ ...choice, severities: ['HIGH', 'CRITICAL'], errorCodes: ['timeout', 'dns'] }),
    ).toMatchObject({ severities: ['CRITICAL', 'HIGH'], errorCodes: ['dns', 'timeout'] });
  });

  test('of missing alerts needs a destination, and has no state and no reason', () => {
    const missing = { ...choice, isMissing: true, status: [], errorCodes: ['timeout' as const] };
    expect(requestOf(missing)).toBeNull();
    expect(requestOf({ ...missing, destinationId: 'd', severities: ['HIGH'] })).toEqual({
      ...{ destinationId: 'd', since: choice.since, until: choice.until },
      ...{ status: ['missing'], severities: ['HIGH'] },
    });
  });

  test.each([
    ['without a state', { status: [] }],
    ['without a beginning', { since: '' }],
    ['that ends before it begins', { until: '2026-06-01T00:00:00.000Z' }],
  ])('%s is none yet', (_, change) => {
    expect(requestOf({ ...choice, ...change })).toBeNull();
  });
});

test('an unknown view is that of what failed', () => expect(viewOf('strange').name).toBe('failed'));
