import { Box, Button, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconChevronDown, IconChevronRight } from '@tabler/icons-react';
import { useId } from 'react';
import type { Schemas } from '../../api/client.ts';
import { CodeBlock } from '../../parts/code-block.tsx';
import { PlainText } from '../../parts/plain-text.tsx';

/** What the destination answered, shown on demand. */
export function ResponseBody({ attempt }: { attempt: Schemas['Attempt'] }) {
  const { responseBody, responseTruncated, responseContentType } = attempt;
  const [isShown, { toggle }] = useDisclosure(false);
  const id = useId();
  if (responseBody === null) return null;
  if (responseBody === '') {
    return (
      <Text size="sm" c="dimmed">
        The answer had no body.
      </Text>
    );
  }
  const Chevron = isShown ? IconChevronDown : IconChevronRight;
  return (
    <Box>
      <Button
        size="compact-sm"
        variant="subtle"
        color="gray"
        c="var(--mantine-color-text)"
        leftSection={<Chevron size={14} aria-hidden />}
        aria-expanded={isShown}
        aria-controls={id}
        onClick={toggle}
      >
        Response body
      </Button>
      <Box id={id} hidden={!isShown} mt={4}>
        {isShown && (
          <>
            <CodeBlock text={responseBody} what="the response body" heightMax={320} />
            <PlainText
              size="xs"
              c="dimmed"
              mt={4}
              text={[
                responseContentType ?? 'no content type',
                ...(responseTruncated ? ['cut after 16 KiB: the rest was not read'] : []),
              ].join(' · ')}
            />
          </>
        )}
      </Box>
    </Box>
  );
}
