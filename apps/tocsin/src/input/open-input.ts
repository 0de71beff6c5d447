import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import type { CommandContext, InputStream } from '../context.ts';
import { UsageError } from '../usage-error.ts';

export interface Input {
  /** For messages: the file as it was named, or `standard input`. */
  readonly name: string;
  /** Null where it cannot be known before the end. */
  readonly bytes: number | null;
  readonly stream: InputStream;
  /** Releases the input, so that an open pipe or terminal does not keep the process alive. */
  close(): void;
}

const REASONS: Record<string, string> = {
  ENOENT: 'there is no such file',
  EACCES: 'it may not be read',
  EISDIR: 'it is a folder',
};

function unreadable(file: string, error: unknown): UsageError {
  const { code = '', message } = error as NodeJS.ErrnoException;
  return new UsageError(`Cannot read ${file}: ${REASONS[code] ?? message}.`, { cause: error });
}

/**
 * Opens the input that a `FILE|-` argument names.
 *
 * @throws UsageError where it cannot be read
 */
export async function openInput(file: string, context: CommandContext): Promise<Input> {
  if (file === '-') {
    const { stdin } = context;
    return { name: 'standard input', bytes: null, stream: stdin, close: () => stdin.destroy() };
  }
  try {
    const about = await stat(file);
    if (about.isDirectory()) throw Object.assign(new Error(), { code: 'EISDIR' });
    const stream = createReadStream(file);
    await new Promise((resolve, reject) => stream.once('open', resolve).once('error', reject));
    // A pipe given as a file (`<(command)`) has no size.
    return { name: file, bytes: about.isFile() ? about.size : null, stream, close: () => stream.destroy() };
  } catch (error) {
    throw unreadable(file, error);
  }
}
