import { Paper, Stack, Text, Title } from '@mantine/core';
import type { Schemas } from '../../api/client.ts';
import { useDestinationNames } from '../../api/queries/destination-names.ts';
import { DestinationNames } from '../../components/text/destination-names.tsx';
import { Moment } from '../../components/text/moment.tsx';
import { PlainText } from '../../components/text/plain-text.tsx';
import {
  byReason,
  reachLabel,
  reasonLabel,
  ruleLabel,
  sentByHand,
} from '../../format/labels/decision-labels.ts';
import { useSession } from '../../session/session.tsx';
import { JUMP_STYLE, SECTION_IDS } from './on-this-page.tsx';
import { WhyNot } from './why-not.tsx';

type AlertDetail = Schemas['AlertDetail'];

/** Why the alert went where it went. */
export function RoutingSection({ alert }: { alert: AlertDetail }) {
  return (
    <Stack component="section" aria-labelledby={SECTION_IDS.routing} gap="sm">
      <Title order={2} size="h3" id={SECTION_IDS.routing} style={JUMP_STYLE}>
        Routing decision
      </Title>
      <Paper withBorder p="md" radius="md">
        {alert.routing === null ? (
          <Text c="dimmed">There is none yet: the alert is being routed.</Text>
        ) : (
          <Stack gap="xs">
            <Decision alert={alert} routing={alert.routing} />
            <WhyNot alert={alert} />
          </Stack>
        )}
      </Paper>
    </Stack>
  );
}

interface DecisionProps {
  alert: AlertDetail;
  routing: NonNullable<AlertDetail['routing']>;
}

function Decision({ alert, routing }: DecisionProps) {
  const { destinationIds, skipped, notes, decidedAt } = routing;
  const skippedIds = skipped.map(({ destinationId }) => destinationId);
  const mayRead = useSession().may('destinations:read');
  const nameOf = useDestinationNames(alert.deliveries, [...destinationIds, ...skippedIds], mayRead);
  const byHand = sentByHand(alert);
  const reach = reachLabel(routing);
  return (
    <>
      <PlainText text={ruleLabel(routing, alert)} />
      {notes.map((note) => (
        <PlainText key={note} text={note} />
      ))}
      {reach !== null && <Text>{reach}</Text>}
      {destinationIds.length > 0 && (
        <DestinationNames ids={destinationIds} nameOf={nameOf} areLinks={mayRead} />
      )}
      {byReason(skipped).map(([reason, ids]) => (
        <div key={reason}>
          <PlainText text={`${reasonLabel(reason, alert)}:`} />
          <DestinationNames ids={ids} nameOf={nameOf} areLinks={mayRead} />
        </div>
      ))}
      {byHand.length > 0 && (
        <div>
          <Text>Also sent by hand to:</Text>
          <DestinationNames ids={byHand} nameOf={nameOf} areLinks={mayRead} />
        </div>
      )}
      <Text size="sm" c="dimmed">
        Decided <Moment iso={decidedAt} />
      </Text>
    </>
  );
}
