import { describe, expect, test } from '@jest/globals';
import { isAwsDateTime } from './aws-date-time.ts';

describe('AWSDateTime', () => {
  test.each([
    '2026-07-01T07:57:12.12772Z',
    '2026-07-01T07:57Z',
    '2026-07-01T07:57:12Z',
    '2026-07-01T07:57:12.1Z',
    '2026-07-01T07:57:12.123456789Z',
    '2026-07-01T07:57:12+02:00',
    '2026-07-01T07:57:12-11:30:15',
    '2024-02-29T00:00Z',
    '2000-02-29T23:59:59Z',
    '0000-01-01T00:00Z',
  ])('accepts %s', (text) => expect(isAwsDateTime(text)).toBe(true));

  test.each([
    ['no offset', '2026-07-01T07:57:12'],
    ['no time', '2026-07-01Z'],
    ['a fraction without seconds', '2026-07-01T07:57.5Z'],
    ['an empty fraction', '2026-07-01T07:57:12.Z'],
    ['ten digits of fraction', '2026-07-01T07:57:12.1234567890Z'],
    ['30 February', '2026-02-30T07:57Z'],
    ['29 February of a common year', '2026-02-29T07:57Z'],
    ['29 February 1900', '1900-02-29T07:57Z'],
    ['31 April', '2026-04-31T07:57Z'],
    ['month 13', '2026-13-01T07:57Z'],
    ['month 0', '2026-00-01T07:57Z'],
    ['day 0', '2026-01-00T07:57Z'],
    ['25:00', '2026-07-01T25:00Z'],
    ['24:00', '2026-07-01T24:00Z'],
    ['second 60', '2026-07-01T07:57:60Z'],
    ['an offset of 24 hours', '2026-07-01T07:57:12+24:00'],
    ['an offset without colon', '2026-07-01T07:57:12+0200'],
    ['an offset of hours only', '2026-07-01T07:57:12+02'],
    ['a lower-case z', '2026-07-01T07:57:12z'],
    ['a space for the T', '2026-07-01 07:57:12Z'],
    ['basic format', '20260701T075712Z'],
    ['a trailing newline', '2026-07-01T07:57:12Z\n'],
    ['other digits', '٢٠٢٦-07-01T07:57:12Z'],
    ['nothing', ''],
  ])('refuses %s', (_, text) => expect(isAwsDateTime(text)).toBe(false));
});
