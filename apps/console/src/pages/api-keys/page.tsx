import { Badge, Button, Group, ScrollArea, Skeleton, Table, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useInfiniteQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useApi } from '../../api/api-context.tsx';
import { type Schemas, unwrap } from '../../api/client.ts';
import { ErrorState } from '../../components/page/error-state.tsx';
import { LoadMore } from '../../components/page/load-more.tsx';
import { PageFrame } from '../../components/page/page-frame.tsx';
import { Moment } from '../../components/text/moment.tsx';
import { PlainText } from '../../components/text/plain-text.tsx';
import { CreateKey } from './create-key.tsx';
import { RevokeKey } from './revoke-key.tsx';

type Key = Schemas['ApiKey'];

const KEYS_KEY = ['api-keys'] as const;

/** Who may use the API, and what for. */
export function Page() {
  const api = useApi();
  const queries = useQueryClient();
  const refresh = () => queries.invalidateQueries({ queryKey: KEYS_KEY });
  const [isCreating, creating] = useDisclosure();
  const [revoked, setRevoked] = useState<Key | null>(null);
  const { data, error, refetch, ...more } = useInfiniteQuery({
    queryKey: KEYS_KEY,
    initialPageParam: '',
    queryFn: ({ pageParam, signal }) =>
      unwrap(
        api.GET('/v1/api-keys', {
          params: { query: { limit: 50, ...(pageParam !== '' && { cursor: pageParam }) } },
          signal,
        }),
      ),
    getNextPageParam: ({ nextCursor }) => nextCursor,
  });
  return (
    <PageFrame title="API keys" actions={<Button onClick={creating.open}>Create a key</Button>}>
      <Text c="dimmed">
        A key is shown only once, when it is created; Tocsin stores only its hash. A revoked key stops working
        within seconds.
      </Text>
      {error && <ErrorState error={error} onRetry={refetch} />}
      {data === undefined && !error && <Skeleton h={240} />}
      {data && <Keys keys={data.pages.flatMap(({ items }) => items)} onRevoke={setRevoked} />}
      {more.hasNextPage && <LoadMore onClick={more.fetchNextPage} loading={more.isFetchingNextPage} />}
      {isCreating && <CreateKey onCreated={refresh} onClose={creating.close} />}
      {revoked && <RevokeKey apiKey={revoked} onRevoked={refresh} onClose={() => setRevoked(null)} />}
    </PageFrame>
  );
}

function Keys({ keys, onRevoke }: { keys: Key[]; onRevoke: (key: Key) => void }) {
  return (
    <ScrollArea type="auto" viewportProps={{ tabIndex: 0, role: 'region', 'aria-label': 'API keys' }}>
      <Table miw={720} verticalSpacing={6}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Name</Table.Th>
            <Table.Th>Id</Table.Th>
            <Table.Th>Scopes</Table.Th>
            <Table.Th>Created</Table.Th>
            <Table.Th>Revoked</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {keys.map((key) => (
            <Table.Tr key={key.id}>
              <Table.Td maw={260}>
                <PlainText text={key.name} size="sm" />
              </Table.Td>
              <Table.Td ff="monospace">{key.id}</Table.Td>
              <Table.Td maw={320}>
                <Group gap={4}>
                  {key.scopes.map((scope) => (
                    <Badge key={scope} color="gray.7" radius="sm" tt="none">
                      {scope}
                    </Badge>
                  ))}
                </Group>
              </Table.Td>
              <Table.Td>
                <Moment iso={key.createdAt} />
              </Table.Td>
              <Table.Td>
                {key.revokedAt === null ? (
                  <Button
                    size="compact-sm"
                    variant="default"
                    onClick={() => onRevoke(key)}
                    aria-label={`Revoke ${key.name}`}
                  >
                    Revoke
                  </Button>
                ) : (
                  <Moment iso={key.revokedAt} />
                )}
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </ScrollArea>
  );
}
