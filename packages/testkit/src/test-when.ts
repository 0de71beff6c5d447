interface Test<T> {
  skip: T;
}

/**
 * A test that only some machines can run, which says so where it is skipped: `testWhen(test, isRoot, 'needs root')(…)`.
 *
 * @param reason - printed, as is the fact that tests are skipped, where `isPossible` is false
 * @returns jest's `test`, or its `test.skip`
 */
export function testWhen<T extends Test<unknown>>(
  test: T,
  isPossible: boolean,
  reason: string,
): T | T['skip'] {
  if (isPossible) return test;
  process.stderr.write(`Skipped here: ${reason}\n`);
  return test.skip;
}
