import { Anchor, Group, Stack, Text } from '@mantine/core';
import { memo } from 'react';
import { Link } from 'react-router';
import type { Destination } from '../../../api/client.ts';
import { Sparkline } from '../../../components/charts/sparkline.tsx';
import { Distance } from '../../../components/text/moment.tsx';
import { countText } from '../../../format/counts.ts';
import { takesText } from '../../../format/labels/takes-text.ts';
import { splitUrl } from '../../../format/split-url.ts';
import { durationOrDash } from '../../../format/time-text.ts';
import { EnabledSwitch } from '../enabled-switch.tsx';
import { HealthBadge } from '../health-badge.tsx';
import { PauseButton } from '../pause-button.tsx';
import classes from './destination-table.module.css';
import type { DestinationStats } from './use-destination-stats.ts';

export interface DestinationTableRowProps {
  destination: Destination;
  /** Undefined while there are none. */
  stats: DestinationStats | undefined;
}

/** The cells of one destination. */
export const DestinationTableRow = memo(function DestinationTableRow({
  destination,
  stats,
}: DestinationTableRowProps) {
  const { id, displayName, url } = destination;
  const { origin, rest } = splitUrl(url);
  const takes = takesText(destination);
  return (
    <>
      <td className={`${classes.cell} ${classes.name}`}>
        <Anchor component={Link} to={`/destinations/${id}`} fw={600} lineClamp={2} className={classes.break}>
          <bdi>{displayName}</bdi>
        </Anchor>
        <Text size="sm" lineClamp={1} className={classes.break} title={url} dir="ltr">
          {origin}
          <Text span c="dimmed" inherit>
            {rest}
          </Text>
        </Text>
      </td>
      <td className={`${classes.cell} ${classes.takes}`}>
        <Text size="sm">{takes.severities}</Text>
        <Text
          size="sm"
          c="dimmed"
          lineClamp={2}
          className={classes.break}
          title={destination.logTypes.join(', ')}
        >
          {takes.alertTypes} · {takes.logTypes}
        </Text>
      </td>
      <td className={`${classes.cell} ${classes.health}`}>
        <HealthBadge health={destination.health} />
        <HealthFacts health={destination.health} />
      </td>
      <td className={`${classes.cell} ${classes.sparkline}`}>
        {stats ? <Sparkline points={stats.sparkline} /> : <Text c="dimmed">–</Text>}
      </td>
      <td className={`${classes.cell} ${classes.switch}`}>
        <Stack gap="xs" align="flex-start">
          <PauseButton destination={destination} size="compact-xs" />
          <EnabledSwitch destination={destination} />
        </Stack>
      </td>
    </>
  );
});

/** The times are the receiver's own, of its latest attempts. */
function HealthFacts({ health }: Pick<Destination, 'health'>) {
  const { since, responseP50Ms, responseP95Ms, undelivered, lastError, lastFailureAt } = health;
  return (
    <>
      <Group gap="2px 10px" component="span" fz="sm">
        <span>
          since <Distance iso={since} />
        </span>
        <span>{countText(undelivered)} undelivered</span>
        <span>
          p50 {durationOrDash(responseP50Ms)}, p95 {durationOrDash(responseP95Ms)}
        </span>
      </Group>
      {lastError !== null && (
        <Text size="sm" c="dimmed" lineClamp={2} className={classes.break} title={lastError.message}>
          last error {lastFailureAt !== null && <Distance iso={lastFailureAt} />}: {lastError.message}
        </Text>
      )}
    </>
  );
}
