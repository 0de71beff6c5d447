import type { Printer } from '../output/printer.ts';

export interface LiveView {
  /** Shows the lines in place of those shown before; without a terminal, only the last ones are shown. */
  show(lines: string[], last: boolean): Promise<void>;
}

const ESC = '\u001b';

/** A block of lines that is redrawn in place. */
export function createLiveView(printer: Printer, terminal: boolean): LiveView {
  let shown: string[] = [];
  return {
    async show(lines, last) {
      if (printer.json || (!terminal && !last)) return;
      if (lines.join('\n') === shown.join('\n') && !last) return;
      const back = terminal && shown.length > 0 ? `${ESC}[${shown.length}A${ESC}[0J` : '';
      shown = lines;
      await printer.write(`${back}${lines.join('\n')}\n`);
    },
  };
}
