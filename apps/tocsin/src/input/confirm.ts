import { once } from 'node:events';
import { createInterface } from 'node:readline/promises';
import type { CommandContext } from '../context.ts';

/**
 * Asks on a terminal whether to go on; without a terminal, it counts as confirmed.
 *
 * @param yes true: do not ask
 */
export async function confirm(
  question: string,
  yes: boolean | undefined,
  context: CommandContext,
): Promise<boolean> {
  const { stdin, stderr } = context;
  if (yes === true || stdin.isTTY !== true || stderr.isTTY !== true) return true;
  const prompt = createInterface({ input: stdin, output: stderr });
  try {
    // Ctrl-C and Ctrl-D mean no; depending on Node's version, the question then rejects or never settles.
    const closed = once(prompt, 'close').then(() => '');
    const asked = prompt.question(`${question} [y/N] `).catch(() => '');
    const answer = await Promise.race([asked, closed]);
    return /^y(es)?$/i.test(answer.trim());
  } finally {
    prompt.close();
  }
}
