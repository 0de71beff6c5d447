import { List, Paper, Stack, Text, Title } from '@mantine/core';
import type { Schemas } from '../../api/client.ts';
import { useDestinationNames } from '../../api/queries/destination-names.ts';
import { DestinationName, DestinationNames } from '../../components/text/destination-names.tsx';
import { PlainText } from '../../components/text/plain-text.tsx';
import { byReason, reasonLabel, ruleLabel } from '../../format/labels/decision-labels.ts';
import { useSession } from '../../session/session.tsx';

export interface DecisionViewProps {
  decision: Schemas['RoutingDecision'];
  /** The fields of the alert that decided. */
  facts: Pick<Schemas['Alert'], 'severity' | 'type' | 'logTypes'>;
}

/** A decision in plain words: the rule, who gets it, and why nobody else does. */
export function DecisionView({ decision, facts }: DecisionViewProps) {
  const { destinationIds, skipped, notes } = decision;
  const mayRead = useSession().may('destinations:read');
  const nameOf = useDestinationNames(
    [],
    [...destinationIds, ...skipped.map(({ destinationId }) => destinationId)],
    mayRead,
  );
  return (
    <Stack component="section" aria-label="The decision">
      <Paper withBorder p="md" radius="md">
        <Title order={2} size="h5">
          {headline(destinationIds.length)}
        </Title>
        <PlainText text={ruleLabel(decision, facts)} size="sm" c="dimmed" mb="xs" />
        <List spacing={4}>
          {destinationIds.map((id) => (
            <List.Item key={id}>
              <DestinationName id={id} name={nameOf(id)} isLink={mayRead} />
            </List.Item>
          ))}
        </List>
        {notes.map((note) => (
          <PlainText key={note} text={note} size="sm" mt="xs" />
        ))}
      </Paper>
      {skipped.length > 0 && (
        <Paper withBorder p="md" radius="md">
          <Title order={2} size="h5" mb="xs">
            Why not the others
          </Title>
          {byReason(skipped).map(([reason, ids]) => (
            <div key={reason}>
              <Title order={3} size="sm">
                <PlainText span inherit text={reasonLabel(reason, facts)} />
              </Title>
              <DestinationNames ids={ids} nameOf={nameOf} areLinks={mayRead} />
            </div>
          ))}
        </Paper>
      )}
      <Text size="xs" c="dimmed">
        Computed with the current destinations.
      </Text>
    </Stack>
  );
}

function headline(count: number): string {
  if (count === 0) return 'It would go to no destination';
  return count === 1 ? 'It would go to one destination' : `It would go to ${count} destinations`;
}
