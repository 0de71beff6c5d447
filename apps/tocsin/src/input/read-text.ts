import type { CommandContext } from '../context.ts';
import { UsageError } from '../usage-error.ts';
import { openInput } from './open-input.ts';

/**
 * Reads a small input whole.
 *
 * @throws UsageError where it cannot be read, is longer than `bytesMax`, or is not UTF-8
 */
async function readText(file: string, context: CommandContext, bytesMax: number): Promise<string> {
  const input = await openInput(file, context);
  try {
    const chunks: Buffer[] = [];
    let bytes = 0;
    for await (const chunk of input.stream) {
      chunks.push(Buffer.from(chunk));
      bytes += chunk.length;
      if (bytes > bytesMax) throw new UsageError(`${input.name} is longer than ${bytesMax} bytes.`);
    }
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(chunks));
  } catch (error) {
    if (error instanceof UsageError) throw error;
    const why = (error as { code?: string }).code === 'ERR_ENCODING_INVALID_ENCODED_DATA';
    throw new UsageError(
      why ? `${input.name} is not UTF-8 text.` : `Cannot read ${input.name}: ${(error as Error).message}`,
      { cause: error },
    );
  } finally {
    input.close();
  }
}

/** Reads a small input that holds one JSON value; errors are those of `readText`, and one for text that is not JSON. */
export async function readJson(file: string, context: CommandContext, bytesMax: number): Promise<unknown> {
  const text = await readText(file, context, bytesMax);
  try {
    return JSON.parse(text);
  } catch (error) {
    const name = file === '-' ? 'Standard input' : file;
    throw new UsageError(`${name} is not one JSON value: ${(error as Error).message}`, { cause: error });
  }
}
