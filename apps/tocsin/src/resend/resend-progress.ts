import type { BulkResend, MatchCount } from '@tocsin/contract';
import type { OutputStream } from '../context.ts';
import { formatCount } from '../output/format-time.ts';
import { printable } from '../output/printable.ts';
import { createProgressBar } from '../output/progress-bar.ts';
import { matchedText } from '../output/resend-view.ts';

type Counts = MatchCount & Pick<BulkResend, 'resent' | 'skipped'>;

export interface ResendProgress {
  update(counts: Counts): void;
  /** Shows why it is waiting, until the next `update`. */
  remark(text: string): void;
  stop(): void;
}

function countsText({ resent, skipped, ...count }: Counts): string {
  const skippedText = skipped > 0 ? `, ${formatCount(skipped)} skipped` : '';
  return `${formatCount(resent)} of ${matchedText(count)} resent${skippedText}`;
}

/**
 * A progress bar on a terminal, by deliveries; elsewhere only the remarks.
 *
 * @param count how many deliveries there are to resend
 */
export function createResendProgress(stream: OutputStream, count: MatchCount): ResendProgress {
  if (stream.isTTY !== true) {
    const remark = (text: string) => stream.write(`tocsin: ${printable(text)}\n`);
    return { update: () => undefined, remark, stop: () => undefined };
  }
  const bar = createProgressBar(stream, '{bar} {percentage}%  {counts}  {remark}');
  bar.start(Math.max(1, count.matched), 0, {
    counts: countsText({ ...count, resent: 0, skipped: 0 }),
    remark: '',
  });
  return {
    update: (counts) => {
      // Each answer has a new count of matches.
      bar.setTotal(Math.max(1, counts.matched));
      bar.update(counts.resent + counts.skipped, { counts: countsText(counts), remark: '' });
    },
    remark: (text) => bar.update({ remark: printable(text) }),
    stop: () => bar.stop(),
  };
}
