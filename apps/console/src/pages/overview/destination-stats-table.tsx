import { Anchor, Paper, ScrollArea, Table, Text, Title } from '@mantine/core';
import { Link } from 'react-router';
import type { Schemas } from '../../api/client.ts';
import { LoadMore } from '../../components/page/load-more.tsx';
import { DestinationName } from '../../components/text/destination-names.tsx';
import { countText } from '../../format/counts.ts';
import { durationText } from '../../format/time-text.ts';
import { useSession } from '../../session/session.tsx';

const PAGE = 25;
/** Most destinations that one request may ask for. */
const ASKED_MAX = 200;

/** How many destinations are asked for: at first, and each time that somebody wants to see more. */
export const ASKED_AT_FIRST = PAGE;

export interface DestinationStatsTableProps {
  stats: Schemas['Stats'] | undefined;
  /** How many were asked for. */
  asked: number;
  onAskFor: (count: number) => void;
  isLoading: boolean;
}

/** Each destination's counts in the range, those with the most failures first. */
export function DestinationStatsTable({ stats, asked, onAskFor, isLoading }: DestinationStatsTableProps) {
  const mayRead = useSession().may('destinations:read');
  if (stats === undefined || stats.destinations.length === 0) return null;
  const rows = stats.destinations;
  // There may be more if the answer is full, or if a larger one is still loading.
  const mayGoOn = rows.length >= asked || isLoading;
  return (
    <Paper withBorder p="md" radius="md" component="section" aria-labelledby="by-destination">
      <Title order={2} size="h5" mb="xs" id="by-destination">
        By destination
      </Title>
      <ScrollArea type="auto" viewportProps={{ tabIndex: 0, role: 'region', 'aria-label': 'By destination' }}>
        <Table miw={560} verticalSpacing={6} highlightOnHover>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>Destination</Table.Th>
              <Table.Th ta="right">Succeeded rounds</Table.Th>
              <Table.Th ta="right">Failed rounds</Table.Th>
              <Table.Th ta="right">Failed attempts</Table.Th>
              <Table.Th ta="right">95 % within</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody style={{ fontVariantNumeric: 'tabular-nums' }}>
            {rows.map((row) => (
              <Table.Tr key={row.destinationId}>
                <Table.Td maw={320}>
                  <DestinationName id={row.destinationId} name={row.displayName} isLink={mayRead} />
                </Table.Td>
                <Table.Td ta="right">{countText(row.succeeded)}</Table.Td>
                <Table.Td ta="right">
                  <Text span size="sm" fw={row.failed > 0 ? 700 : 400}>
                    {countText(row.failed)}
                  </Text>
                </Table.Td>
                <Table.Td ta="right">{countText(row.failedAttempts)}</Table.Td>
                <Table.Td ta="right">{row.delayP95Ms === null ? '–' : durationText(row.delayP95Ms)}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </ScrollArea>
      {mayGoOn && asked < ASKED_MAX && (
        <LoadMore onClick={() => onAskFor(asked + PAGE)} loading={isLoading} />
      )}
      {asked >= ASKED_MAX && rows.length >= ASKED_MAX && (
        <Text size="sm" c="dimmed" mt="xs">
          These are the {countText(ASKED_MAX)} destinations with the most failures.{' '}
          <Anchor component={Link} to="/destinations">
            All destinations
          </Anchor>
        </Text>
      )}
    </Paper>
  );
}
