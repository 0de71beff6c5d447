/**
 * Runs steps one after the other; a step that fails does not stop the others.
 *
 * @throws the error of the first step that failed, once all have run
 */
export async function runEach(steps: readonly (() => Promise<void>)[]): Promise<void> {
  const errors: unknown[] = [];
  for (const step of steps) await step().catch((error: unknown) => errors.push(error));
  if (errors.length > 0) throw errors[0];
}
