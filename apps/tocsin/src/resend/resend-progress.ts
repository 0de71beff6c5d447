import type { BulkResend } from '@tocsin/contract';
import type { OutputStream } from '../context.ts';
import { printable } from '../output/printable.ts';
import { createProgressBar } from '../output/progress-bar.ts';
import { formatCount } from '../output/times.ts';

type Counts = Pick<BulkResend, 'matched' | 'resent' | 'skipped'>;

export interface ResendProgress {
  update(counts: Counts): void;
  /** Says why it is waiting; the next `update` takes it back. */
  remark(text: string): void;
  stop(): void;
}

function countsText({ matched, resent, skipped }: Counts): string {
  const passedOver = skipped > 0 ? `, ${formatCount(skipped)} passed over` : '';
  return `${formatCount(resent)} of ${formatCount(matched)} resent${passedOver}`;
}

/**
 * A progress bar on a terminal, by deliveries; elsewhere nothing but the remarks.
 *
 * @param matched how many deliveries there are to resend; at least 1
 */
export function createResendProgress(stream: OutputStream, matched: number): ResendProgress {
  if (stream.isTTY !== true) {
    const remark = (text: string) => stream.write(`tocsin: ${printable(text)}\n`);
    return { update: () => undefined, remark, stop: () => undefined };
  }
  const bar = createProgressBar(stream, '{bar} {percentage}%  {counts}  {remark}');
  bar.start(matched, 0, { counts: countsText({ matched, resent: 0, skipped: 0 }), remark: '' });
  return {
    update: (counts) => {
      // What is matched is counted anew when it is asked for.
      bar.setTotal(Math.max(1, counts.matched));
      bar.update(counts.resent + counts.skipped, { counts: countsText(counts), remark: '' });
    },
    remark: (text) => bar.update({ remark: printable(text) }),
    stop: () => bar.stop(),
  };
}
