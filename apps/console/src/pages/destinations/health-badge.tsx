import { Badge, Group } from '@mantine/core';
import type { Destination } from '../../api/client.ts';
import { noAttemptsLabel } from '../../format/labels/no-attempts-label.ts';

type HealthState = Destination['health']['state'];

/** Shades that keep a contrast of 4.5 to their text in light and dark. */
const COLORS: Record<HealthState, string> = {
  healthy: 'teal.9',
  degraded: '#a84300',
  failing: 'red.9',
  paused: 'grape.9',
  disabled: 'gray.7',
};

/** How well a destination works, by word and colour, and whether its circuit is open. */
export function HealthBadge({ health }: Pick<Destination, 'health'>) {
  const { state, successRate, circuitOpenedAt } = health;
  const isIdle = state === 'healthy' && successRate === null;
  return (
    <Group gap={4} style={{ flexShrink: 0 }}>
      <Badge color={isIdle ? COLORS.disabled : COLORS[state]} radius="sm" tt="none">
        {isIdle ? noAttemptsLabel(health) : state}
      </Badge>
      {circuitOpenedAt !== null && (
        <Badge color={COLORS.failing} radius="sm" tt="none">
          circuit open
        </Badge>
      )}
    </Group>
  );
}
