import type { OutputStream } from '../context.ts';
import { counted } from '../output/counted.ts';
import { formatCount } from '../output/format-time.ts';
import { printable } from '../output/printable.ts';
import { createProgressBar } from '../output/progress-bar.ts';
import type { SendReport } from './send-report.ts';

export interface SendProgress {
  update(report: SendReport, endOffset: number): void;
  /** Shows why it is waiting, until the next `update`. */
  remark(text: string): void;
  stop(): void;
}

function counts(report: Pick<SendReport, 'accepted' | 'duplicates' | 'rejected'>): string {
  const { accepted, duplicates, rejected } = report;
  const others = [
    duplicates > 0 ? `, ${counted(duplicates, 'duplicate')}` : '',
    rejected > 0 ? `, ${formatCount(rejected)} rejected` : '',
  ];
  return `${formatCount(accepted)} accepted${others.join('')}`;
}

/**
 * A progress bar on a terminal, by bytes of the input; only counts where its length is unknown; elsewhere only the
 * remarks.
 *
 * @param bytesTotal length of the input, or null
 */
export function createSendProgress(stream: OutputStream, bytesTotal: number | null): SendProgress {
  if (stream.isTTY !== true) {
    const remark = (text: string) => stream.write(`tocsin: ${printable(text)}\n`);
    return { update: () => undefined, remark, stop: () => undefined };
  }
  const isKnown = bytesTotal !== null && bytesTotal > 0;
  const bar = createProgressBar(
    stream,
    isKnown ? '{bar} {percentage}%  {counts}  {remark}' : '{counts}  {remark}',
  );
  bar.start(isKnown ? bytesTotal : 1, 0, {
    counts: counts({ accepted: 0, duplicates: 0, rejected: 0 }),
    remark: '',
  });
  return {
    update: (report, endOffset) =>
      bar.update(isKnown ? endOffset : 0, { counts: counts(report), remark: '' }),
    remark: (text) => bar.update({ remark: printable(text) }),
    stop: () => bar.stop(),
  };
}
