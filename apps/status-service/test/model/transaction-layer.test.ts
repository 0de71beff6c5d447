import { afterAll, beforeAll, test } from '@jest/globals';
import * as fc from 'fast-check';
import { type Command, sequences } from './commands.ts';
import { EXAMPLES } from './examples.ts';
import { runSequence } from './run-sequence.ts';
import { type System, startSystem } from './system.ts';

/** How many sequences: some by default, thousands where there is time. */
const SEQUENCES = Number(process.env.TOCSIN_MODEL_SEQUENCES ?? 200);

/** Far beyond what a sequence takes, milliseconds: a loaded machine must not end thousands of them. */
const TIMEOUT_MS = 300_000 + SEQUENCES * 5_000;

/** Of a failure that is to be seen again, as its message says. */
const { TOCSIN_MODEL_SEED: SEED, TOCSIN_MODEL_PATH: PATH } = process.env;

let system: System;

beforeAll(async () => {
  system = await startSystem();
});

afterAll(() => system?.close());

test.each(EXAMPLES)('$rule', ({ commands }) => runSequence(system, commands, { everyStep: true }));

test(
  `whatever is done in whatever order, deliveries are what the rules say (${SEQUENCES} sequences)`,
  async () => {
    const details = await fc.check(
      fc.asyncProperty(sequences, (commands) => runSequence(system, commands)),
      {
        numRuns: SEQUENCES,
        ...(SEED && { seed: Number(SEED) }),
        ...(PATH && { path: PATH, endOnFailure: true }),
      },
    );
    if (!details.failed) return;
    const [commands] = details.counterexample as [Command[]];
    const failure = await runSequence(system, commands, { everyStep: true }).then(
      () => details.errorInstance as Error,
      (error: Error) => error,
    );
    failure.message += [
      `\nFound by sequence ${details.numRuns}, shortened ${details.numShrinks} times. To see this one again:`,
      `TOCSIN_MODEL_SEED=${details.seed} TOCSIN_MODEL_PATH=${details.counterexamplePath} npm test -- apps/status-service/test/model`,
    ].join('\n');
    throw failure;
  },
  TIMEOUT_MS,
);
