import { SingleBar } from 'cli-progress';
import type { OutputStream } from '../context.ts';

/**
 * A bar for a terminal, which is erased when it stops.
 *
 * @param format what it shows, as cli-progress writes it: `{bar} {percentage}%`, and the payload's fields
 */
export function createProgressBar(stream: OutputStream, format: string): SingleBar {
  return new SingleBar({
    stream,
    format,
    barCompleteChar: '█',
    barIncompleteChar: '░',
    barsize: 30,
    hideCursor: true,
    clearOnComplete: true,
    // Signals are the command's own: the bar must not take them.
    gracefulExit: false,
  });
}
