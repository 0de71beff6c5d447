import type { CommandContext } from '../context.ts';
import { UsageError } from '../usage-error.ts';
import { detectLayout } from './json-layout.ts';
import { openInput } from './open-input.ts';
import { refuseOtherFormat } from './refuse-other-format.ts';

/** A JSON value, and its text as it stands in the input. */
export interface ReadJson {
  value: unknown;
  text: string;
}

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
    const whole = Buffer.concat(chunks);
    refuseOtherFormat(whole, input.name);
    return new TextDecoder('utf-8', { fatal: true }).decode(whole);
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

/** Several values, one a line, are valid JSON texts, but only one is allowed. */
function isLines(text: string): boolean {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  if (lines.length < 2 || detectLayout(Buffer.from(text), true) !== 'lines') return false;
  return lines.every((line) => line.trim().startsWith('{') && line.trim().endsWith('}'));
}

/** Reads a small input that holds one JSON value; errors are those of `readText`, and one for text that is not JSON. */
export async function readJsonInput(
  file: string,
  context: CommandContext,
  bytesMax: number,
): Promise<ReadJson> {
  const text = await readText(file, context, bytesMax);
  const name = file === '-' ? 'Standard input' : file;
  if (text.trim() === '') throw new UsageError(`${name} is empty.`);
  try {
    return { value: JSON.parse(text), text };
  } catch (error) {
    const why = isLines(text)
      ? 'it holds several, one a line (NDJSON), which `tocsin send` takes'
      : (error as Error).message;
    throw new UsageError(`${name} is not one JSON value: ${why}`, { cause: error });
  }
}
