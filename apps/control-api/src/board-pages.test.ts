import { describe, expect, test } from '@jest/globals';
import { refuseLargePage } from './board-pages.ts';

describe('a page of the board', () => {
  test.each([{}, { jobsPerPage: '', page: '' }, { jobsPerPage: '100', page: '1000000' }, { page: '007' }])(
    'is read: %j',
    (query) => expect(() => refuseLargePage(query)).not.toThrow(),
  );

  const refused = [
    '0',
    '101',
    '1e6',
    '0x64',
    ' 7',
    '-1',
    '1.5',
    'NaN',
    '99999999999',
    ['5', '1000000'],
    { a: '1' },
  ];
  test.each(refused)('is refused with %j jobs', (jobsPerPage) => {
    expect(() => refuseLargePage({ jobsPerPage })).toThrow(
      expect.objectContaining({
        code: 'invalid_request',
        errors: [{ path: 'jobsPerPage', message: 'must be a number from 1 to 100' }],
      }),
    );
  });

  test.each(['0', '1000001', '9007199254740993', '1e3', ['1', '2']])(
    'is refused where it is the %jth',
    (page) => {
      expect(() => refuseLargePage({ page })).toThrow(
        expect.objectContaining({
          errors: [{ path: 'page', message: 'must be a number from 1 to 1000000' }],
        }),
      );
    },
  );
});
