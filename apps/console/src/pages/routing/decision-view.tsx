import { Anchor, List, Paper, Stack, Table, Text, Title } from '@mantine/core';
import { Link } from 'react-router';
import type { Schemas } from '../../api/client.ts';
import { useDestinationNames } from '../../parts/destination-names.ts';
import { PlainText } from '../../parts/plain-text.tsx';
import { RULE_WORDS, reasonWords } from './reason-words.ts';

/** A decision in plain words: the rule, who gets it, and why nobody else does. */
export function DecisionView({ decision }: { decision: Schemas['RoutingDecision'] }) {
  const { nameOf: name } = useDestinationNames();
  return (
    <Stack role="region" aria-label="The decision" aria-live="polite">
      <Paper withBorder p="md" radius="md">
        <Title order={2} size="h5">
          {decision.destinationIds.length === 0
            ? 'It would go nowhere'
            : `It would go to ${decision.destinationIds.length === 1 ? 'one destination' : `${decision.destinationIds.length} destinations`}`}
        </Title>
        <Text size="sm" c="dimmed" mb="xs">
          {RULE_WORDS[decision.rule]}
        </Text>
        <List spacing={4}>
          {decision.destinationIds.map((id) => (
            <List.Item key={id}>
              <DestinationLink id={id} name={name(id)} />
            </List.Item>
          ))}
        </List>
        {decision.notes.map((note) => (
          <PlainText key={note} text={note} size="sm" mt="xs" />
        ))}
      </Paper>
      {decision.skipped.length > 0 && (
        <Paper withBorder p="md" radius="md">
          <Title order={2} size="h5">
            Why not the others
          </Title>
          <Table mt="xs" verticalSpacing={6}>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>Destination</Table.Th>
                <Table.Th>Reason</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {decision.skipped.map(({ destinationId, reason }) => (
                <Table.Tr key={destinationId}>
                  <Table.Td>
                    <DestinationLink id={destinationId} name={name(destinationId)} />
                  </Table.Td>
                  <Table.Td>
                    <PlainText text={reasonWords(reason)} size="sm" />
                  </Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </Paper>
      )}
    </Stack>
  );
}

function DestinationLink({ id, name }: { id: string; name: string }) {
  return (
    <Anchor component={Link} to={`/destinations/${id}`} underline="hover">
      <PlainText text={name} span size="sm" />
    </Anchor>
  );
}
