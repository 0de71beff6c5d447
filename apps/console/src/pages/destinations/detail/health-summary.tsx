import { Paper, SimpleGrid, Skeleton, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useApi } from '../../../api/api-context.tsx';
import type { Destination } from '../../../api/client.ts';
import { unwrap } from '../../../api/client.ts';
import { POLL_MS } from '../../../api/queries/polling.ts';
import { Sparkline } from '../../../components/charts/sparkline.tsx';
import { Fact } from '../../../components/text/fact.tsx';
import { Distance, Moment } from '../../../components/text/moment.tsx';
import { countText } from '../../../format/counts.ts';
import { noAttemptsLabel } from '../../../format/labels/no-attempts-label.ts';
import { durationOrDash } from '../../../format/time-text.ts';
import { useSession } from '../../../session/session.tsx';

/** The health of a destination: its state, its counts, its times, its last success and failure. Works without statistics. */
export function HealthSummary({ destination: { id, health, maxInFlight } }: { destination: Destination }) {
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
  return (
    <Paper withBorder p="md" radius="md">
      <SimpleGrid cols={{ base: 2, sm: 3, lg: 4 }} component="dl" m={0}>
        <Fact name="State" note={shareNote(health)}>
          {health.state}, since <Distance iso={health.since} />
        </Fact>
        <Fact name="Response time" note="median and 95th percentile of these attempts">
          {durationOrDash(health.responseP50Ms)} / {durationOrDash(health.responseP95Ms)}
        </Fact>
        <Fact
          name="Undelivered"
          note={`${countText(health.waiting)} waiting, ${countText(health.queued)} queued or in flight`}
        >
          {countText(health.undelivered)}
        </Fact>
        <Fact name="Succeeded rounds" note="a resend that succeeds counts again">
          {countText(health.succeeded)}
        </Fact>
        <Fact name="Failed rounds" note="a resend that fails counts again">
          {countText(health.failed)}
        </Fact>
        <Fact name="Limit" note={<LimitNote health={health} />}>
          {countText(health.limit)} now, at most {countText(maxInFlight)} (Max in flight)
        </Fact>
        <Fact name="Failures in a row">{countText(health.consecutiveFailures)}</Fact>
        <Fact name="Delay, last 24 h" note="median and 95th percentile, from receipt to delivery">
          {durationOrDash(stats?.totals.delayP50Ms)} / {durationOrDash(stats?.totals.delayP95Ms)}
        </Fact>
        <Fact name="Last success">
          {health.lastSuccessAt === null ? 'never' : <Distance iso={health.lastSuccessAt} />}
        </Fact>
        <Fact name="Last failure" note={health.lastError === null ? '' : errorNote(health.lastError)}>
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

function errorNote({ code, message }: NonNullable<Destination['health']['lastError']>): string {
  return `${code}: ${message}`;
}

function LimitNote({ health: { circuitOpenedAt, heldUntil } }: Pick<Destination, 'health'>) {
  return (
    <>
      {circuitOpenedAt === null ? (
        'it follows how the receiver answers'
      ) : (
        <>
          Circuit open since <Moment iso={circuitOpenedAt} />: one attempt at a time, until two in a row
          succeed.
        </>
      )}
      {heldUntil !== null && (
        <>
          {' '}
          Nothing is sent before <Moment iso={heldUntil} />.
        </>
      )}
    </>
  );
}

function shareNote(health: Destination['health']): string {
  const { successRate } = health;
  if (successRate === null) return noAttemptsLabel(health);
  return `${Math.floor(successRate * 100)} % of its latest attempts succeeded`;
}
