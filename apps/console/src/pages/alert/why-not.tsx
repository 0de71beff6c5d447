import { Button, Group, Stack, Text, Title } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useApi } from '../../api/api-context.tsx';
import { type Schemas, unwrap } from '../../api/client.ts';
import { useDestinationNames } from '../../api/queries/destination-names.ts';
import { ErrorState } from '../../components/page/error-state.tsx';
import { DestinationNames } from '../../components/text/destination-names.tsx';
import { PlainText } from '../../components/text/plain-text.tsx';
import { byReason, reasonLabel } from '../../format/labels/decision-labels.ts';
import { useSession } from '../../session/session.tsx';

type AlertDetail = Schemas['AlertDetail'];

/** The fields by which an alert is routed, and those that every alert must have. */
function routableFields(alert: AlertDetail): Schemas['AlertInput'] {
  const { id, createdAt, severity, type, title, logTypes, destinations, outputIds } = alert;
  return { id, createdAt, severity, type, title, logTypes, destinations, outputIds };
}

/** Explains on request why every other destination was left out. Only today's destinations are known, so it says so. */
export function WhyNot({ alert }: { alert: AlertDetail }) {
  const api = useApi();
  const explain = useMutation({
    mutationFn: () =>
      unwrap(api.POST('/v1/route', { params: { query: { explain: true } }, body: routableFields(alert) })),
  });
  return (
    <Stack gap="xs" aria-live="polite">
      <Group>
        <Button size="xs" variant="default" loading={explain.isPending} onClick={() => explain.mutate()}>
          Why not the others?
        </Button>
      </Group>
      {explain.isError && <ErrorState error={explain.error} takesFocus />}
      {explain.data && <Explanation alert={alert} decision={explain.data} />}
    </Stack>
  );
}

interface ExplanationProps {
  alert: AlertDetail;
  decision: Schemas['RoutingDecision'];
}

function Explanation({ alert, decision: { skipped, destinationIds } }: ExplanationProps) {
  const mayRead = useSession().may('destinations:read');
  const nameOf = useDestinationNames(
    alert.deliveries,
    skipped.map(({ destinationId }) => destinationId),
    mayRead,
  );
  const nowMeant = destinationIds.length === 1 ? 'one destination' : `${destinationIds.length} destinations`;
  return (
    <Stack gap="xs">
      <Text size="sm" c="dimmed">
        Computed now, with the current destinations, which may have changed since the alert was routed. Now
        the alert would go to {nowMeant}.
      </Text>
      {skipped.length === 0 && <Text>No other destination is left out.</Text>}
      {byReason(skipped).map(([reason, ids]) => (
        <div key={reason}>
          <Title order={3} size="sm">
            <PlainText span inherit text={reasonLabel(reason, alert)} />
          </Title>
          <DestinationNames ids={ids} nameOf={nameOf} areLinks={mayRead} />
        </div>
      ))}
    </Stack>
  );
}
