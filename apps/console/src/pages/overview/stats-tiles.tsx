import { Paper, SimpleGrid, Skeleton, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import type { Schemas } from '../../api/client.ts';
import { Distance } from '../../components/text/moment.tsx';
import { counted, countText } from '../../format/counts.ts';
import { durationText } from '../../format/time-text.ts';

interface TileProps {
  label: string;
  /** Left out while it is not known yet. */
  value: ReactNode;
  note?: ReactNode;
}

/** A number with its name. It has its final size before the number is there. */
function Tile({ label, value, note }: TileProps) {
  return (
    <Paper withBorder p="md" radius="md" component="section" aria-label={label}>
      <Text size="sm" c="dimmed">
        {label}
      </Text>
      <Skeleton visible={value === undefined} h={36} my={2}>
        <Text fz={26} fw={700} lh="36px" style={{ fontVariantNumeric: 'tabular-nums' }}>
          {value ?? '0'}
        </Text>
      </Skeleton>
      <Text size="xs" c="dimmed" h={18} truncate>
        {note}
      </Text>
    </Paper>
  );
}

const delayText = (ms: number | null) => (ms === null ? '–' : durationText(ms));

/** What matters at a glance: counts of the range, and what is open at this moment. */
export function StatsTiles({ stats }: { stats: Schemas['Stats'] | undefined }) {
  const { totals, now } = stats ?? {};
  const open = now && now.waiting + now.queued + now.delayed;
  return (
    <SimpleGrid cols={{ base: 2, sm: 3, lg: 6 }} spacing="sm">
      <Tile label="Accepted" value={totals && countText(totals.accepted)} note="alerts" />
      <Tile label="Succeeded" value={totals && countText(totals.succeeded)} note="rounds" />
      <Tile
        label="Failed rounds"
        value={totals && countText(totals.failed)}
        note={totals && counted(totals.failedAttempts, 'failed attempt')}
      />
      <Tile
        label="Open now"
        value={open === undefined ? undefined : countText(open)}
        note={
          now &&
          `${countText(now.waiting)} waiting, ${countText(now.queued)} queued, ${countText(now.delayed)} retrying`
        }
      />
      <Tile
        label="Oldest open alert"
        value={now && (now.oldestOpenAt === null ? 'none' : <Distance iso={now.oldestOpenAt} />)}
        note="received"
      />
      <Tile
        label="Time to success"
        value={totals && delayText(totals.delayP50Ms)}
        note={totals && `median; 95 % within ${delayText(totals.delayP95Ms)}`}
      />
    </SimpleGrid>
  );
}
