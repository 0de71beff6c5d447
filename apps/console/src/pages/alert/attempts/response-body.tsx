import { Box, Button, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconChevronDown, IconChevronRight } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useId } from 'react';
import { useApi } from '../../../api/api-context.tsx';
import { type Schemas, unwrap } from '../../../api/client.ts';
import { CodeBlock } from '../../../components/text/code-block.tsx';
import { PlainText } from '../../../components/text/plain-text.tsx';

/** Characters of each answer that the alert's deliveries contain; the delivery itself has the whole stored answer. */
const BEGINNING_CHARACTERS = 200;

export interface ResponseBodyProps {
  deliveryId: string;
  attempt: Schemas['AttemptSummary'];
}

/** The destination's answer, shown on demand; if it is longer than its beginning, the rest is fetched then. */
export function ResponseBody({ deliveryId, attempt }: ResponseBodyProps) {
  const api = useApi();
  const { round, number, responseTruncated, responseContentType } = attempt;
  const [isShown, { toggle }] = useDisclosure(false);
  const id = useId();
  const isBeginning = Array.from(attempt.responseBody ?? '').length >= BEGINNING_CHARACTERS;
  const whole = useQuery({
    queryKey: ['deliveries', 'one', deliveryId, round, number],
    enabled: isShown && isBeginning,
    staleTime: Number.POSITIVE_INFINITY,
    queryFn: async ({ signal }) => {
      const path = { id: deliveryId };
      const { attempts } = await unwrap(api.GET('/v1/deliveries/{id}', { params: { path }, signal }));
      return attempts.find((one) => one.round === round && one.number === number)?.responseBody ?? null;
    },
  });
  const responseBody = whole.data ?? attempt.responseBody;
  const isCut = isBeginning && whole.data == null;
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
                ...(isCut ? ['only the beginning is shown'] : []),
                ...(responseTruncated ? ['cut after 16 KiB: the rest was not read'] : []),
              ].join(' · ')}
            />
          </>
        )}
      </Box>
    </Box>
  );
}
