import { Paper, SimpleGrid, Skeleton, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useApi } from '../../../api/api-context.tsx';
import type { Destination } from '../../../api/client.ts';
import { unwrap } from '../../../api/client.ts';
import { POLL_MS } from '../../../api/queries/polling.ts';
import { Sparkline } from '../../../components/charts/sparkline.tsx';
import { Fact } from '../../../components/text/fact.tsx';
import { Distance } from '../../../components/text/moment.tsx';
import { countText } from '../../../format/counts.ts';
import { ATTEMPT_ERROR_MEANINGS } from '../../../format/labels/attempt-errors.ts';
import { durationText } from '../../../format/time-text.ts';
import { useSession } from '../../../session/session.tsx';

/** The health of a destination: its counts, its delays, its last success and failure. Works without statistics. */
export function HealthSummary({ destination: { id, health } }: { destination: Destination }) {
  const api = useApi();
  const maySeeStats = useSession().may('alerts:read');
  const { data: stats, isPending } = useQuery({
    queryKey: ['stats', 'destination', id],
    queryFn: ({ signal }) =>
      unwrap(api.GET('/v1/stats', { params: { query: { destinationId: id } }, signal })),
    enabled: maySeeStats,
    refetchInterval: POLL_MS.slow,
  });
  const points = stats?.destinations.find(({ destinationId }) => destinationId === id)?.sparkline;
  const delay = (ms: number | null | undefined) => (ms == null ? '–' : durationText(ms));
  return (
    <Paper withBorder p="md" radius="md">
      <SimpleGrid cols={{ base: 2, sm: 3, lg: 4 }} component="dl" m={0}>
        <Fact name="Succeeded rounds" note="a resend that succeeds counts again">
          {countText(health.succeeded)}
        </Fact>
        <Fact name="Failed rounds" note="a resend that fails counts again">
          {countText(health.failed)}
        </Fact>
        <Fact name="Failures in a row">{countText(health.consecutiveFailures)}</Fact>
        <Fact name="Waiting">{countText(health.waiting)}</Fact>
        <Fact name="Queued or in flight">{countText(health.queued)}</Fact>
        <Fact name="Delay, last 24 h" note="median and 95th percentile, from receipt to delivery">
          {delay(stats?.totals.delayP50Ms)} / {delay(stats?.totals.delayP95Ms)}
        </Fact>
        <Fact name="Last success">
          {health.lastSuccessAt === null ? 'never' : <Distance iso={health.lastSuccessAt} />}
        </Fact>
        <Fact name="Last failure" note={health.lastErrorCode === null ? '' : errorNote(health.lastErrorCode)}>
          {health.lastFailureAt === null ? 'never' : <Distance iso={health.lastFailureAt} />}
        </Fact>
      </SimpleGrid>
      {maySeeStats && (
        <Stack gap={4} mt="md" mih={72}>
          <Text size="sm" c="dimmed">
            Last 24 hours: succeeded above the line, failed below it
          </Text>
          {points !== undefined && <Sparkline points={points} width={480} height={48} />}
          {points === undefined && isPending && <Skeleton h={49} maw={480} />}
          {points === undefined && !isPending && <Text>–</Text>}
        </Stack>
      )}
    </Paper>
  );
}

function errorNote(code: string): string {
  const meaning = (ATTEMPT_ERROR_MEANINGS as Partial<Record<string, string>>)[code];
  return meaning === undefined ? code : `${code}: ${meaning}`;
}
