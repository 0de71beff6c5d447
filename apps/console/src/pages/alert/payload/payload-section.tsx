import { Stack, Text, Title } from '@mantine/core';
import { memo } from 'react';
import { CodeBlock } from '../../../components/text/code-block.tsx';
import { JUMP_STYLE, SECTION_IDS } from '../on-this-page.tsx';
import type { ShownAlert } from '../read-alert.ts';
import { payloadOf, visibleJson, visibleText } from './payload-text.ts';

/** The payload that destinations receive, and separately the alert's fields for routing and for the record. */
export const PayloadSection = memo(
  function PayloadSection({ alert }: { alert: ShownAlert }) {
    const { logTypes, destinations, outputIds, dedupKey, condition, contextText } = alert;
    return (
      <Stack component="section" aria-labelledby={SECTION_IDS.payload} gap="sm">
        <Title order={2} size="h3" id={SECTION_IDS.payload} style={JUMP_STYLE}>
          Payload
        </Title>
        <CodeBlock text={visibleJson(payloadOf(alert), 2)} what="the payload" />
        <Title order={3} size="h5">
          For routing and for the record
        </Title>
        <Text size="sm" c="dimmed">
          Not a part of the payload. The context is added for destinations that include it.
        </Text>
        <CodeBlock
          text={visibleJson({ logTypes, destinations, outputIds, dedupKey, condition }, 2)}
          what="the routing fields"
        />
        {contextText !== null && (
          <>
            <Title order={3} size="h5">
              Context
            </Title>
            <CodeBlock text={visibleText(contextText)} what="the context" />
          </>
        )}
      </Stack>
    );
  },
  // Not rendered again for the same alert: this section shows only what never changes.
  (before, after) => before.alert.alertId === after.alert.alertId,
);
