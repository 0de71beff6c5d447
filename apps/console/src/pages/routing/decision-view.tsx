import { Anchor, List, Paper, Stack, Table, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from 'react-router';
import { useApi } from '../../api/api-context.tsx';
import { answer, type Schemas } from '../../api/client.ts';
import { LIVE_MS } from '../../api/live.ts';
import { PlainText } from '../../parts/plain-text.tsx';
import { useSession } from '../../shell/session.tsx';
import { RULE_WORDS, reasonWords } from './reason-words.ts';

const DESTINATIONS_MAX = 1_000;

/** A decision in plain words: the rule, who gets it, and why nobody else does. */
export function DecisionView({ decision }: { decision: Schemas['RoutingDecision'] }) {
  const name = useDestinationNames();
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

/** Names by id, of the destinations that the key may see; an id stands for itself where its name is not known. */
function useDestinationNames(): (id: string) => string {
  const api = useApi();
  const { may } = useSession();
  const { data } = useQuery({
    queryKey: ['destinations', 'names'],
    enabled: may('destinations:read'),
    staleTime: LIVE_MS.slow,
    queryFn: ({ signal }) =>
      answer(api.GET('/v1/destinations', { params: { query: { limit: DESTINATIONS_MAX } }, signal })),
  });
  return (id) => data?.items.find((destination) => destination.id === id)?.displayName ?? id;
}
