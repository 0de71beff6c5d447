import { once } from 'node:events';
import { createInterface } from 'node:readline/promises';
import type { CommandContext } from '../context.ts';

/**
 * Asks on a terminal whether to go on; where nobody can answer, the command line itself was the answer.
 *
 * @param yes do not ask
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
    // Ctrl-C and Ctrl-D, which are a no, reject the question or leave it open for ever, by Node's version.
    const closed = once(prompt, 'close').then(() => '');
    const asked = prompt.question(`${question} [y/N] `).catch(() => '');
    const answer = await Promise.race([asked, closed]);
    return /^y(es)?$/i.test(answer.trim());
  } finally {
    prompt.close();
  }
}
