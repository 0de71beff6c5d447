import { describe, expect, test } from '@jest/globals';
import { segmentsOf, segmentsText } from './waterfall.ts';

const fresh = {
  durationMs: 20,
  timings: { dnsMs: 2, connectMs: 3, tlsMs: 4, firstByteMs: 6 },
};
const reused = {
  durationMs: 10,
  timings: { dnsMs: null, connectMs: null, tlsMs: null, firstByteMs: 6 },
};

describe('an attempt’s time', () => {
  test('is that of its phases one after the other, and of what they do not account for', () => {
    expect(segmentsOf(fresh)).toEqual([
      { phase: 'dns', label: 'DNS', ms: 2, startPercent: 0, widthPercent: 10 },
      { phase: 'connect', label: 'connect', ms: 3, startPercent: 10, widthPercent: 15 },
      { phase: 'tls', label: 'TLS', ms: 4, startPercent: 25, widthPercent: 20 },
      { phase: 'firstByte', label: 'first byte', ms: 6, startPercent: 45, widthPercent: 30 },
      { phase: 'rest', label: 'sending and reading', ms: 5, startPercent: 75, widthPercent: 25 },
    ]);
  });

  test('has no phases that a reused connection had before', () => {
    expect(segmentsOf(reused).map(({ phase }) => phase)).toEqual(['firstByte', 'rest']);
    expect(segmentsText(reused)).toBe('reused connection, first byte 6 ms, sending and reading 4 ms');
  });

  test('is waiting, where no answer came', () => {
    const timeout = {
      durationMs: 12_001,
      timings: { dnsMs: 1, connectMs: null, tlsMs: null, firstByteMs: null },
    };
    expect(segmentsText(timeout)).toBe('DNS 1 ms, waiting until the end 12 s');
  });

  test('fills its width and no more, where the phases come to more than the whole', () => {
    const segments = segmentsOf({ ...fresh, durationMs: 14 });
    expect(segments.some(({ phase }) => phase === 'rest')).toBe(false);
    expect(segments.reduce((sum, { widthPercent }) => sum + widthPercent, 0)).toBeCloseTo(100);
  });

  test('may be none at all', () => {
    const refused = {
      durationMs: 0,
      timings: { dnsMs: null, connectMs: null, tlsMs: null, firstByteMs: null },
    };
    expect(segmentsOf(refused)).toEqual([]);
    expect(segmentsText(refused)).toBe('');
    expect(segmentsOf({ ...refused, timings: { ...refused.timings, dnsMs: 0 } })).toEqual([
      { phase: 'dns', label: 'DNS', ms: 0, startPercent: 0, widthPercent: 0 },
    ]);
  });
});
