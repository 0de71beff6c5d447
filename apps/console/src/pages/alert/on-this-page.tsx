import { Anchor, Group } from '@mantine/core';
import { Link } from 'react-router';

/** The sections that are worth a jump; each heading has the id. */
export const SECTION_IDS = {
  deliveries: 'delivery-status',
  runbook: 'runbook',
  routing: 'routing-decision',
  payload: 'payload',
} as const;

const SECTIONS = [
  [SECTION_IDS.deliveries, 'Delivery Status'],
  [SECTION_IDS.runbook, 'Runbook'],
  [SECTION_IDS.routing, 'Routing decision'],
  [SECTION_IDS.payload, 'Payload'],
] as const;

/** A heading that is jumped to stays clear of the bar at the top. */
export const JUMP_STYLE = { scrollMarginTop: 'calc(var(--app-shell-header-height) + 12px)' } as const;

/** The way to each section of a page that may be long. */
export function OnThisPage() {
  return (
    <Group component="nav" aria-label="On this page" gap="md" style={{ rowGap: 4 }}>
      {SECTIONS.map(([id, name]) => (
        <Anchor key={id} component={Link} to={`#${id}`} replace size="sm">
          {name}
        </Anchor>
      ))}
    </Group>
  );
}
