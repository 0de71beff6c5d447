import { Badge } from '@mantine/core';
import type { Destination } from '../../api/client.ts';

type HealthState = Destination['health']['state'];

/** Shades that keep a contrast of 4.5 to their text in light and dark. */
const COLORS: Record<HealthState, string> = {
  healthy: 'teal.9',
  degraded: '#a84300',
  failing: 'red.9',
  paused: 'grape.9',
  disabled: 'gray.7',
};

/** How well a destination works, by word and colour. */
export function HealthBadge({ health: { state, successRate } }: Pick<Destination, 'health'>) {
  const isIdle = state === 'healthy' && successRate === null;
  return (
    <Badge color={isIdle ? COLORS.disabled : COLORS[state]} radius="sm" tt="none" style={{ flexShrink: 0 }}>
      {isIdle ? 'nothing sent yet' : state}
    </Badge>
  );
}
