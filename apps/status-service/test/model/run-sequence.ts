import { expect } from '@jest/globals';
import type { Command } from './commands.ts';
import { compareCounts, compareState } from './compare.ts';
import { HOUR, isOpen } from './model.ts';
import { beginSequence, perform, type Sequence } from './perform.ts';
import type { System } from './system.ts';

/** Lets everything go well from now on, after which nothing may be open. */
function* goodEnd({ model, jobs }: Sequence): Generator<Command> {
  for (const to of ['A', 'B'] as const) {
    yield { do: 'destination', to, change: 'enable' };
    yield { do: 'destination', to, change: 'resume' };
  }
  for (let turn = 0; turn < 60 && [...model.deliveries.values()].some(isOpen); turn += 1) {
    yield { do: 'pass', ms: 2 * HOUR };
    yield { do: 'tick', hasRoom: true, crash: false };
    const all = [...jobs.keys()].map((_, job) => ({ job, result: 'ok' as const }));
    yield { do: 'work', jobs: all, hasRoom: true, crash: false };
  }
}

/**
 * Does a sequence to the system and to the model, and holds the one to the other; then lets all of it come to an end.
 *
 * @param options.everyStep whether to compare after each step, which takes longer and says sooner what went wrong
 */
export async function runSequence(
  system: System,
  commands: Command[],
  { everyStep = false }: { everyStep?: boolean } = {},
): Promise<void> {
  const sequence = await beginSequence(system);
  const { model, trace } = sequence;
  try {
    for (const command of commands) {
      await perform(sequence, command);
      if (everyStep) await compareState(model, system);
    }
    await compareState(model, system);
    await compareCounts(model, system);
    for (const command of goodEnd(sequence)) await perform(sequence, command);
    expect([...model.deliveries.values()].filter(isOpen)).toEqual([]);
    await compareState(model, system);
    await compareCounts(model, system);
  } catch (error) {
    (error as Error).message +=
      `\n\nWhat was done, the last of it wrong or found wrong after it:\n${trace.join('\n')}`;
    throw error;
  }
}
