import { counted } from '../output/counted.ts';
import { formatCount, formatDuration } from '../output/format-time.ts';
import { printable, shorten } from '../output/printable.ts';
import type { Colors } from '../output/printer.ts';
import type { Rejection } from './alert-entry.ts';
import type { SendResult } from './send-input.ts';

const REJECTIONS_SHOWN_MAX = 20;
const MESSAGE_CHARACTERS_MAX = 200;

function reasonOf({ message, errors }: Rejection): string {
  const fields = errors.map(({ path, message: what }) => (path === '' ? what : `${path}: ${what}`));
  return printable(shorten(fields.length > 0 ? fields.join('; ') : message, MESSAGE_CHARACTERS_MAX));
}

/** @returns one line per rejected alert, the first twenty */
function rejectionLines(rejections: readonly Rejection[], total: number): string[] {
  const lines = rejections.slice(0, REJECTIONS_SHOWN_MAX).map((rejection) => {
    const id = rejection.alertId === null ? '' : `  ${printable(shorten(rejection.alertId, 60))}`;
    return `  line ${rejection.line} (alert ${rejection.item})${id}  ${reasonOf(rejection)}`;
  });
  const more = total - lines.length;
  return more > 0 ? [...lines, `  … and ${formatCount(more)} more; --json lists them`] : lines;
}

function againLine({ report, resumeAt }: SendResult, skipped: number, isHarmless: boolean): string {
  const duplicates = 'what is stored already is answered as a duplicate';
  if (resumeAt > skipped) {
    const command = `To go on, run the same command with --skip ${resumeAt}`;
    return isHarmless ? `${command}; without it, ${duplicates}.` : `${command}.`;
  }
  if (report.accepted + report.duplicates > 0) {
    return isHarmless
      ? `To go on, run the same command: ${duplicates}.`
      : 'A later part is stored, the beginning may not be.';
  }
  const nothing = 'Nothing is known to have been stored.';
  return isHarmless ? `${nothing} To try again, run the same command.` : nothing;
}

/** How to go on if sending ended before the input did. */
export function resumeLines(result: SendResult, skipped: number): string[] {
  const isHarmless = result.report.idsMissing === 0;
  const again = againLine(result, skipped, isHarmless);
  if (isHarmless) return [again];
  return [
    again,
    'Look at `tocsin alerts list` first: alerts without an alertId whose outcome is not known may be stored, and sending them again stores them a second time (--no-assign-ids).',
  ];
}

function row(label: string, count: number, paint: (text: string) => string): string {
  const text = `${formatCount(count).padStart(12)}  ${label}`;
  return count === 0 ? text : paint(text);
}

/**
 * The summary of an input, for people.
 *
 * @param name the input's
 */
export function summaryLines(
  result: SendResult,
  about: { name: string; durationMs: number; skipped: number },
  colors: Colors,
): string[] {
  const { report, end } = result;
  if (report.alerts === 0 && end.kind === 'complete') {
    return [
      `${printable(about.name)} holds no alerts${about.skipped > 0 ? ` after the first ${about.skipped}` : ''}.`,
    ];
  }
  const rate = Math.round(report.alerts / Math.max(about.durationMs / 1000, 0.001));
  const speed = `in ${formatDuration(about.durationMs)} (${formatCount(rate)}/s)`;
  const lines = [
    `${counted(report.alerts, 'alert')} from ${printable(about.name)} ${speed}`,
    row('accepted', report.accepted, colors.green),
    row(report.duplicates === 1 ? 'duplicate' : 'duplicates', report.duplicates, colors.yellow),
    ...(report.tests > 0
      ? [
          row(
            `${report.tests === 1 ? 'test' : 'tests'}, neither stored nor delivered`,
            report.tests,
            colors.yellow,
          ),
        ]
      : []),
    row('rejected', report.rejected, colors.red),
    ...rejectionLines(report.rejections, report.rejected),
  ];
  if (report.differing > 0) {
    lines.push(
      `${formatCount(report.differing)} of the duplicates ${report.differing === 1 ? 'differs' : 'differ'} from what is stored under their alertId, which stays as it is.`,
    );
  }
  if (report.duplicates > 0 && report.idsAssigned > 0) {
    lines.push(
      'Alerts without an alertId get one from their content, so the same text is the same alert. To send them as new ones, use --no-assign-ids.',
    );
  }
  return lines;
}
