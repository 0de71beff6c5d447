import { Button, Group, Paper, Progress, Stack, Text } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useApi } from '../../api/api-context.tsx';
import { type Schemas, unwrap } from '../../api/client.ts';
import { POLL_MS } from '../../api/queries/polling.ts';
import { ErrorState } from '../../components/page/error-state.tsx';
import { Distance, Moment } from '../../components/text/moment.tsx';
import { PlainText } from '../../components/text/plain-text.tsx';
import { useNow } from '../../components/text/use-now.ts';
import { countText } from '../../format/counts.ts';
import { STATUS_LABELS } from '../../format/labels/value-labels.ts';
import { useSession } from '../../session/session.tsx';
import { matchedText } from './match-count.ts';

type BulkResend = Schemas['BulkResend'];

/** How long an ended resend stays visible; milliseconds. */
const SHOWN_MS = 10 * 60_000;

/** Bulk resends that run, and those that have just ended. */
export function BulkResends() {
  const api = useApi();
  const now = useNow();
  const { data } = useQuery({
    queryKey: ['resends', 'list'],
    queryFn: ({ signal }) => unwrap(api.GET('/v1/resends', { signal })),
    refetchInterval: POLL_MS.list,
  });
  const shown = data?.items.filter(
    ({ state, updatedAt }) => state === 'running' || now - Date.parse(updatedAt) < SHOWN_MS,
  );
  if (!shown || shown.length === 0) return null;
  return (
    <Stack gap={6} component="section" aria-label="Bulk resends">
      {shown.map((resend) => (
        <Job key={resend.id} resend={resend} />
      ))}
    </Stack>
  );
}

const STATE_LABELS: Record<BulkResend['state'], string> = {
  running: 'Resending',
  done: 'Resent',
  cancelled: 'Cancelled after',
};

/** Whether the resend and all its deliveries have ended. */
const isOver = ({ state, outcome }: Schemas['BulkResendProgress']) =>
  state !== 'running' && outcome.open === 0;

function outcomeText({ succeeded, open, failed }: Schemas['BulkResendProgress']['outcome']): string {
  return `: ${countText(succeeded)} succeeded, ${countText(open)} in progress, ${countText(failed)} failed`;
}

const LABELS = { ...STATUS_LABELS, missing: 'Missing' };

/** `Failed (timeout, dns), CRITICAL` */
function choiceText({ status, severities, errorCodes }: BulkResend): string {
  const statuses = status.map((each) => LABELS[each]).join(', ');
  const reasons = errorCodes === null ? '' : ` (${errorCodes.join(', ')})`;
  return [`${statuses}${reasons}`, ...(severities ?? [])].join(', ');
}

function Job({ resend }: { resend: BulkResend }) {
  const api = useApi();
  const queries = useQueryClient();
  const { may } = useSession();
  const cancel = useMutation({
    mutationFn: () => unwrap(api.DELETE('/v1/resends/{id}', { params: { path: { id: resend.id } } })),
    onSettled: () => queries.invalidateQueries({ queryKey: ['resends'] }),
  });
  // Outcomes still arrive after the last delivery has begun its round.
  const { data: progress } = useQuery({
    queryKey: ['resends', resend.id],
    queryFn: ({ signal }) =>
      unwrap(api.GET('/v1/resends/{id}', { params: { path: { id: resend.id } }, signal })),
    refetchInterval: ({ state: { data } }) => (data && isOver(data) ? false : POLL_MS.list),
  });
  const handled = resend.resent + resend.skipped;
  const percent =
    resend.state === 'done'
      ? 100
      : resend.matched === 0
        ? 0
        : Math.min(100, (100 * handled) / resend.matched);
  const where = resend.destinationName ?? 'all';
  return (
    <Paper withBorder p="sm" radius="md">
      <Group justify="space-between" gap="sm">
        <Text size="sm" fw={500} role="status">
          {STATE_LABELS[resend.state]} {countText(resend.resent)} of {matchedText(resend)}
          {resend.skipped > 0 && `, ${countText(resend.skipped)} skipped`}
          {progress && outcomeText(progress.outcome)}
        </Text>
        {resend.state === 'running' && may('deliveries:resend') && (
          <Button
            size="compact-sm"
            variant="default"
            onClick={() => cancel.mutate()}
            loading={cancel.isPending}
          >
            Cancel the resend
          </Button>
        )}
      </Group>
      <Progress value={percent} my={6} aria-label="Progress of the resend" />
      <Group gap={6}>
        <PlainText
          text={`${choiceText(resend)}; destination: ${where}; received:`}
          size="xs"
          c="dimmed"
          span
        />
        <Text size="xs" c="dimmed" span>
          <Moment iso={resend.since} /> – <Moment iso={resend.until} />; requested by
        </Text>
        <PlainText text={resend.createdBy} size="xs" c="dimmed" span />
        <Text size="xs" c="dimmed" span>
          <Distance iso={resend.createdAt} />
        </Text>
      </Group>
      {cancel.error && <ErrorState error={cancel.error} takesFocus />}
    </Paper>
  );
}
