import type { AlertStatus, DeliveryStatus, Severity } from '@tocsin/contract';
import type { Colors } from './printer.ts';
import type { Cell } from './table.ts';

/** A severity in its colour. */
export function severityCell(severity: Severity, colors: Colors): Cell {
  const paints: Partial<Record<Severity, (text: string) => string>> = {
    CRITICAL: (text) => colors.bold(colors.red(text)),
    HIGH: colors.red,
    MEDIUM: colors.yellow,
  };
  return { text: severity, paint: paints[severity] ?? String };
}

/** A status in its colour. */
export function statusCell(status: AlertStatus | DeliveryStatus, colors: Colors): Cell {
  const paints: Partial<Record<AlertStatus | DeliveryStatus, (text: string) => string>> = {
    succeeded: colors.green,
    failed: colors.red,
    retrying: colors.yellow,
    unrouted: colors.dim,
    cancelled: colors.dim,
  };
  return { text: status, paint: paints[status] ?? String };
}
