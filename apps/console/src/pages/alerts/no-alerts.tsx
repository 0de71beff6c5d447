import { Box, Button, Stack, Text } from '@mantine/core';
import { IconSend } from '@tabler/icons-react';
import { useState } from 'react';
import { sampleAlertCurl } from '../../api/queries/sample-alert.ts';
import { useSendSampleAlert } from '../../api/queries/use-send-sample-alert.ts';
import { EmptyState } from '../../components/page/empty-state.tsx';
import { CodeBlock } from '../../components/text/code-block.tsx';
import { useSession } from '../../session/session.tsx';

/** Stands where no alert was ever received, or none is kept any more: how to send one. */
export function NoAlerts() {
  const { may } = useSession();
  const send = useSendSampleAlert();
  const [command] = useState(() => sampleAlertCurl(window.location.origin, new Date()));
  return (
    <EmptyState title="No alerts yet">
      <Text c="dimmed">Alerts appear here as soon as a producer sends them.</Text>
      {may('alerts:write') && (
        <Button
          leftSection={<IconSend size={16} aria-hidden />}
          loading={send.isPending}
          onClick={() => send.mutate()}
        >
          Send a sample alert
        </Button>
      )}
      <Stack gap={6} w="100%" maw={720} ta="left">
        <Text size="sm" c="dimmed">
          Or send one from a shell, with a key that has the scope <code>alerts:write</code>:
        </Text>
        <Box>
          <CodeBlock text={command} what="the command" />
        </Box>
      </Stack>
    </EmptyState>
  );
}

/** Stands where the filters leave nothing. */
export function NothingMatches({ onClear }: { onClear: () => void }) {
  return (
    <EmptyState title="Nothing matches">
      <Text c="dimmed">No stored alert matches all of these filters.</Text>
      <Button variant="default" onClick={onClear}>
        Clear the filters
      </Button>
    </EmptyState>
  );
}
