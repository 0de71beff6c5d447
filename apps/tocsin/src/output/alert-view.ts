import type { AlertDetail, AlertItem } from '@tocsin/contract';
import { decisionLines } from './decision-view.ts';
import { deliveryBlock } from './delivery-view.ts';
import { formatTime } from './format-time.ts';
import { severityCell, statusCell } from './paint.ts';
import { printable, printableLines } from './printable.ts';
import type { Colors } from './printer.ts';
import { renderFields, renderTable } from './table.ts';

/** Alerts as a table. */
export function alertTable(alerts: readonly AlertItem[], colors: Colors, width: number): string[] {
  return renderTable({
    columns: [
      { head: 'RECEIVED' },
      { head: 'SEVERITY' },
      { head: 'TYPE' },
      { head: 'STATUS' },
      { head: 'TITLE', flexible: true },
      { head: 'ALERT ID' },
    ],
    rows: alerts.map((alert) => [
      formatTime(alert.receivedAt),
      severityCell(alert.severity, colors),
      alert.type,
      statusCell(alert.status, colors),
      alert.title,
      alert.alertId,
    ]),
    width,
    paintHead: colors.bold,
  });
}

function block(name: string, text: string, colors: Colors): string[] {
  const trimmed = text.trimEnd();
  if (trimmed === '') return [];
  return ['', colors.bold(name), ...printableLines(trimmed).map((line) => `  ${line}`)];
}

interface AlertPageOptions {
  contextText?: string | undefined;
  names: ReadonlyMap<string, string>;
  colors: Colors;
  now: Date;
  width: number;
}

/**
 * One alert with its routing decision and its deliveries.
 *
 * @param contextText its `alertContext` as the producer wrote it
 * @param names display names of destinations by id
 */
export function alertPage(
  alert: Omit<AlertDetail, 'alertContext'>,
  { contextText = '', names, colors, now, width }: AlertPageOptions,
): string[] {
  const fields = renderFields(
    [
      ['Alert', alert.alertId],
      ['Status', statusCell(alert.status, colors)],
      ['Severity', severityCell(alert.severity, colors)],
      ['Type', alert.type],
      ['Detection', alert.name === null ? alert.id : `${alert.name} (${alert.id})`],
      ['Created', alert.createdAt],
      ['Received', formatTime(alert.receivedAt)],
      ['Log types', alert.logTypes.length === 0 ? null : alert.logTypes.join(', ')],
      ['Tags', alert.tags.length === 0 ? null : alert.tags.join(', ')],
      ['Version', alert.version],
      ['Link', alert.link],
    ],
    colors.dim,
  );
  const routing = alert.routing === null ? ['not decided yet'] : decisionLines(alert.routing, names, 'went');
  return [
    colors.bold(printable(alert.title)),
    ...fields,
    ...block('Description', alert.description, colors),
    ...block('Runbook', alert.runbook, colors),
    ...block('Context', contextText, colors),
    '',
    colors.bold('Routing'),
    ...routing.map((line) => `  ${line}`),
    ...(alert.deliveries.length === 0 ? [] : ['', colors.bold('Deliveries')]),
    ...alert.deliveries.flatMap((delivery) =>
      deliveryBlock(delivery, { colors, now, width }).map((line) => `  ${line}`),
    ),
  ];
}
