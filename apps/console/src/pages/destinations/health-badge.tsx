import { Badge } from '@mantine/core';
import { countText } from '../../format/counts.ts';
import { type HealthFacts, type HealthState, healthState } from './health-state.ts';

/** Shades that keep a contrast of 4.5 to their text in light and dark. */
const COLORS: Record<HealthState, string> = {
  disabled: 'gray.7',
  paused: 'yellow.9',
  failing: 'red.9',
  healthy: 'teal.9',
  idle: 'gray.7',
};

const LABELS: Record<Exclude<HealthState, 'failing'>, string> = {
  disabled: 'disabled',
  paused: 'paused',
  healthy: 'healthy',
  idle: 'nothing sent yet',
};

/** How well a destination works, by word and colour. */
export function HealthBadge({ destination }: { destination: HealthFacts }) {
  const state = healthState(destination);
  const { consecutiveFailures } = destination.health;
  return (
    <Badge color={COLORS[state]} radius="sm" tt="none" style={{ flexShrink: 0 }}>
      {state === 'failing' ? `failing, ${countText(consecutiveFailures)} in a row` : LABELS[state]}
    </Badge>
  );
}
