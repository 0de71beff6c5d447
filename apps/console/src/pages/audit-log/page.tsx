import { ScrollArea, Skeleton, Table, Text } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useApi } from '../../api/api-context.tsx';
import { type Schemas, unwrap } from '../../api/client.ts';
import { POLL_MS } from '../../api/queries/polling.ts';
import { EmptyState } from '../../components/page/empty-state.tsx';
import { ErrorState } from '../../components/page/error-state.tsx';
import { LoadMore } from '../../components/page/load-more.tsx';
import { PageFrame } from '../../components/page/page-frame.tsx';
import { Moment } from '../../components/text/moment.tsx';
import { PlainText } from '../../components/text/plain-text.tsx';
import { actionLabel, detailLines } from './entry-labels.ts';

/** Who changed what, newest first. */
export function Page() {
  const api = useApi();
  const log = useInfiniteQuery({
    queryKey: ['audit-log'],
    initialPageParam: '',
    queryFn: ({ pageParam, signal }) =>
      unwrap(
        api.GET('/v1/audit-log', {
          params: { query: { limit: 50, ...(pageParam !== '' && { cursor: pageParam }) } },
          signal,
        }),
      ),
    getNextPageParam: ({ nextCursor }) => nextCursor,
    refetchInterval: POLL_MS.slow,
  });
  const entries = log.data?.pages.flatMap(({ items }) => items);
  return (
    <PageFrame title="Audit log">
      {log.error && <ErrorState error={log.error} onRetry={log.refetch} />}
      {entries === undefined && !log.error && <Skeleton h={480} />}
      {entries?.length === 0 && <EmptyState title="No changes yet" />}
      {entries !== undefined && entries.length > 0 && <Entries entries={entries} />}
      {log.hasNextPage && <LoadMore onClick={log.fetchNextPage} loading={log.isFetchingNextPage} />}
    </PageFrame>
  );
}

function Entries({ entries }: { entries: Schemas['AuditEntry'][] }) {
  return (
    <ScrollArea type="auto" viewportProps={{ tabIndex: 0, role: 'region', 'aria-label': 'Audit log' }}>
      <Table miw={720} verticalSpacing={6}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>When</Table.Th>
            <Table.Th>Who</Table.Th>
            <Table.Th>What</Table.Th>
            <Table.Th>Details</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {entries.map((entry) => (
            <Table.Tr key={entry.id} style={{ verticalAlign: 'top' }}>
              <Table.Td>
                <Moment iso={entry.at} />
              </Table.Td>
              <Table.Td maw={220}>
                <PlainText text={entry.actor} size="sm" />
              </Table.Td>
              <Table.Td>
                <Text size="sm">{actionLabel(entry.action)}</Text>
                <PlainText text={entry.subject} size="xs" c="dimmed" />
              </Table.Td>
              <Table.Td maw={420}>
                {detailLines(entry.detail).map((line) => (
                  <PlainText key={line} text={line} size="xs" ff="monospace" lines={2} />
                ))}
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </ScrollArea>
  );
}
