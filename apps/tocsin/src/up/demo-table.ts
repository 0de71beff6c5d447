import type { AlertDetail, DeliverySummary } from '@tocsin/contract';
import { formatDuration, formatUntil } from '../output/format-time.ts';
import type { Colors } from '../output/printer.ts';
import { type Cell, renderTable } from '../output/table.ts';

export interface DemoTableOptions {
  now: Date;
  width: number;
  colors: Colors;
}

/** The outcome of each alert, a line per delivery. @returns the lines of the table */
export function demoTable(alerts: readonly AlertDetail[], options: DemoTableOptions): string[] {
  const { colors } = options;
  return renderTable({
    columns: [
      { head: 'SEVERITY' },
      { head: 'ALERT', flexible: true },
      { head: 'DESTINATION' },
      { head: 'STATE' },
      { head: 'ATTEMPTS' },
    ],
    rows: alerts.flatMap((alert) => rowsOf(alert, options)),
    width: options.width,
    paintHead: colors.bold,
  });
}

function rowsOf(alert: AlertDetail, options: DemoTableOptions): Cell[][] {
  const head = [alert.severity, alert.title];
  if (alert.deliveries.length === 0) return [[...head, '', alert.status, '']];
  return alert.deliveries.map((delivery) => [
    ...head,
    delivery.destinationName.replace(/^Demo: /, ''),
    stateCell(delivery, options),
    delivery.attempts.map(attemptText).join(', then '),
  ]);
}

function stateCell(delivery: DeliverySummary, { colors, now }: DemoTableOptions): Cell {
  switch (delivery.status) {
    case 'succeeded':
      return { text: 'succeeded', paint: colors.green };
    case 'failed':
    case 'cancelled':
      return { text: delivery.status, paint: colors.red };
    case 'retrying':
      return {
        text: `retry ${formatUntil(delivery.nextAttemptAt ?? now.toISOString(), now)}`,
        paint: colors.yellow,
      };
    case 'pending':
      return { text: 'pending', paint: colors.yellow };
  }
}

function attemptText(attempt: DeliverySummary['attempts'][number]): string {
  return `${attempt.statusCode ?? attempt.error?.code ?? '?'} in ${formatDuration(attempt.durationMs)}`;
}
