import { Skeleton, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useApi } from '../../../api/api-context.tsx';
import { type Schemas, unwrap } from '../../../api/client.ts';
import { ErrorState } from '../../../components/page/error-state.tsx';
import { CodeBlock } from '../../../components/text/code-block.tsx';
import type { ShownAlert } from '../read-alert.ts';
import { curlLine } from './curl-line.ts';

export interface CurlBlockProps {
  alert: ShownAlert;
  delivery: Schemas['DeliverySummary'];
}

/** A command that repeats the delivery's POST, with the destination as it is today. */
export function CurlBlock({ alert, delivery: { id: deliveryId, destinationId: id } }: CurlBlockProps) {
  const api = useApi();
  const { data, error, isPending, refetch } = useQuery({
    queryKey: ['destinations', 'one', id],
    queryFn: ({ signal }) => unwrap(api.GET('/v1/destinations/{id}', { params: { path: { id } }, signal })),
  });
  if (isPending) return <Skeleton height={180} />;
  if (error) return <ErrorState error={error} onRetry={() => refetch()} />;
  const isMasked = data.headers.length > 0;
  const isSigned = data.signingSecret !== null;
  return (
    <Stack gap={4}>
      <CodeBlock text={curlLine(alert, data, deliveryId)} what="the curl command" heightMax={280} />
      <Text size="xs" c="dimmed">
        It uses the destination’s current URL.
        {isMasked && ' Fill in the values of its headers: Tocsin never shows them.'}
        {isSigned && ' It is not signed: only Tocsin knows the secret.'}
      </Text>
    </Stack>
  );
}
