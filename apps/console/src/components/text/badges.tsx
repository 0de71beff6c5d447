import { Badge } from '@mantine/core';
import { type Severity, STATUS_LABELS, type Status } from '../../format/labels/value-labels.ts';

/** Shades that keep a contrast of 4.5 to their white text in light and dark; Mantine has no such orange, yellow or green. */
const ORANGE = '#c2410c';
const YELLOW = '#8a5a00';
const GREEN = 'teal.9';

const SEVERITY_COLORS: Record<Severity, string> = {
  CRITICAL: 'red.9',
  HIGH: ORANGE,
  MEDIUM: YELLOW,
  LOW: 'blue.8',
  INFO: 'gray.7',
};

const STATUS_COLORS: Record<Status, string> = {
  routing: 'gray.7',
  unrouted: 'gray.7',
  pending: 'blue.8',
  retrying: ORANGE,
  succeeded: GREEN,
  failed: 'red.9',
  cancelled: 'gray.7',
};

/** A severity, by word and colour. */
export function SeverityBadge({ severity }: { severity: Severity }) {
  return (
    <Badge color={SEVERITY_COLORS[severity]} radius="sm" style={{ flexShrink: 0 }}>
      {severity}
    </Badge>
  );
}

/** The state of an alert or a delivery, by word and colour. */
export function StatusBadge({ status }: { status: Status }) {
  return (
    <Badge color={STATUS_COLORS[status]} radius="sm" tt="none" style={{ flexShrink: 0 }}>
      {STATUS_LABELS[status]}
    </Badge>
  );
}
