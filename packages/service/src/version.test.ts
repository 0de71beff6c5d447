import { expect, test } from '@jest/globals';
import { tocsinVersion } from './version.ts';

test('the version is a release number', () => {
  expect(tocsinVersion()).toMatch(/^\d+\.\d+\.\d+(-[\w.]+)?$/);
});
