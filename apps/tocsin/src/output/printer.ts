import { once } from 'node:events';
import { printableJson } from '@tocsin/json';
import pc from 'picocolors';
import type { CommandContext, OutputStream } from '../context.ts';
import { encodePrintableJson, oneLine } from './printable.ts';

export type Colors = ReturnType<typeof pc.createColors>;

const NOT_A_TERMINAL_WIDTH = Number.POSITIVE_INFINITY;

export interface Printer {
  readonly json: boolean;
  readonly colors: Colors;
  /** Columns of the terminal; infinite if standard output is not one, so that nothing is cut. */
  readonly width: number;
  /** Prints lines for people on standard output; nothing with `--json`. */
  print(...lines: string[]): Promise<void>;
  /**
   * Prints one JSON document or one line of NDJSON on standard output; only with `--json`.
   *
   * @param asWritten more members of the object, as JSON text, printed byte for byte; on a terminal, control characters
   *   are escaped
   */
  printJson(value: unknown, asWritten?: Readonly<Record<string, string>>): Promise<void>;
  /** Prints text on standard output as it is. */
  write(text: string): Promise<void>;
  /** Prints a remark on standard error, in both modes. */
  note(...lines: string[]): Promise<void>;
}

async function writeTo(stream: OutputStream, text: string): Promise<void> {
  if (!stream.write(text) && stream.writable) await once(stream, 'drain');
}

function linesText(lines: readonly string[]): string {
  return `${lines.map(oneLine).join('\n')}\n`;
}

/** Whether to colour what goes to this stream. Source: no-color.org, and FORCE_COLOR as other tools read it. */
export function useColors(env: CommandContext['env'], stream: OutputStream): boolean {
  if ((env.NO_COLOR ?? '') !== '') return false;
  if ((env.FORCE_COLOR ?? '') !== '') return env.FORCE_COLOR !== '0';
  return stream.isTTY === true && env.TERM !== 'dumb';
}

/** The one way in which commands write. */
export function createPrinter(context: CommandContext, options: { json?: boolean }): Printer {
  const { stdout, stderr, env } = context;
  const json = options.json === true;
  return {
    json,
    colors: pc.createColors(!json && useColors(env, stdout)),
    width: stdout.isTTY === true ? (stdout.columns ?? 80) : NOT_A_TERMINAL_WIDTH,
    async print(...lines) {
      if (!json && lines.length > 0) await writeTo(stdout, linesText(lines));
    },
    async printJson(value, asWritten = {}) {
      if (!json) return;
      const members = Object.entries(asWritten).map(
        ([name, text]) =>
          `,${encodePrintableJson(name)}:${stdout.isTTY === true ? printableJson(text) : text}`,
      );
      const document = encodePrintableJson(value);
      const whole = members.length === 0 ? document : `${document.slice(0, -1)}${members.join('')}}`;
      await writeTo(stdout, `${whole}\n`);
    },
    write: (text) => writeTo(stdout, text),
    note: (...lines) => writeTo(stderr, linesText(lines)),
  };
}
