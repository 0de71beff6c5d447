/**
 * Runs steps one after the other, each whatever becomes of the others: what one of them stumbles over stops nothing else.
 *
 * @throws what the first step threw that failed, once all have run
 */
export async function runEach(steps: readonly (() => Promise<void>)[]): Promise<void> {
  const errors: unknown[] = [];
  for (const step of steps) await step().catch((error: unknown) => errors.push(error));
  if (errors.length > 0) throw errors[0];
}
