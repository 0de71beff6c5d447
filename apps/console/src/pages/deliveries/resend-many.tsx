import { Button, Checkbox, Group, Modal, MultiSelect, SegmentedControl, Stack, Text } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useApi } from '../../api/api-context.tsx';
import { unwrap } from '../../api/client.ts';
import { faultOf } from '../../api/problem-message.ts';
import { useDestinationChoice } from '../../api/queries/destination-names.ts';
import { DestinationFilter } from '../../components/fields/destination-filter.tsx';
import { MomentField } from '../../components/fields/moment-field.tsx';
import { ErrorState } from '../../components/page/error-state.tsx';
import { Moment } from '../../components/text/moment.tsx';
import { FAILURE_CODES, failureLabels } from '../../format/labels/failure-labels.ts';
import { inOrder, SEVERITIES, STATUS_LABELS } from '../../format/labels/value-labels.ts';
import { useSession } from '../../session/session.tsx';
import {
  criticalText,
  isNothing,
  type MatchCount,
  matchedText,
  missingText,
  noneFoundText,
} from './match-count.ts';
import { CLOSED, type ClosedStatus, type ErrorCode, initialChoice, requestOf } from './resend-choice.ts';
import type { View } from './views.ts';

export interface ResendManyProps {
  initial: { destinationId: string; since: string; until: string; view: View };
  onClose: () => void;
}

const WHAT = [
  { value: 'ended', label: 'Deliveries that have ended' },
  { value: 'missing', label: 'Alerts that a destination lacks' },
];

/** Sends many deliveries again: it says how many before anything happens. */
export function ResendMany({ initial, onClose }: ResendManyProps) {
  const api = useApi();
  const queries = useQueryClient();
  const [choice, setChoice] = useState(() => initialChoice(initial, Date.now()));
  const { may } = useSession();
  const destinations = useDestinationChoice(choice.destinationId || null, may('destinations:read'));
  // One request, however often the button is pressed.
  const [id] = useState(() => crypto.randomUUID());
  const request = requestOf(choice);
  const count = useQuery({
    queryKey: ['resends', 'count', request],
    enabled: request !== null,
    queryFn: ({ signal }) => unwrap(api.POST('/v1/resends', { body: { ...request!, dryRun: true }, signal })),
  });
  const start = useMutation({
    mutationFn: () => unwrap(api.POST('/v1/resends', { body: { ...request!, id } })),
    onSuccess: () => {
      onClose();
      return queries.invalidateQueries({ queryKey: ['resends'] });
    },
  });
  const counted = count.data;
  const isPaused = destinations?.destinations.find(({ id }) => id === choice.destinationId)?.paused;
  const error = start.error ?? count.error;
  return (
    <Modal opened onClose={onClose} title="Resend many deliveries" size="lg">
      <Stack>
        <SegmentedControl
          aria-label="What to send"
          value={choice.isMissing ? 'missing' : 'ended'}
          onChange={(what) => setChoice({ ...choice, isMissing: what === 'missing' })}
          data={WHAT}
        />
        <Group align="flex-start" gap="sm">
          <DestinationFilter
            choice={destinations}
            value={choice.destinationId || null}
            onChange={(id) => setChoice({ ...choice, destinationId: id ?? '' })}
            error={faultOf(error, 'destinationId')}
          />
          <MomentField
            label="Received since"
            iso={choice.since || null}
            onChange={(iso) => setChoice({ ...choice, since: iso ?? '' })}
            error={faultOf(error, 'since')}
          />
          <MomentField
            label="Received until"
            iso={choice.until || null}
            onChange={(iso) => setChoice({ ...choice, until: iso ?? '' })}
            error={faultOf(error, 'until')}
          />
        </Group>
        {!choice.isMissing && (
          <Checkbox.Group
            label="Status"
            value={choice.status}
            onChange={(status) => setChoice({ ...choice, status: status as ClosedStatus[] })}
          >
            <Group mt="xs">
              {CLOSED.map((status) => (
                <Checkbox key={status} value={status} label={STATUS_LABELS[status]} />
              ))}
            </Group>
          </Checkbox.Group>
        )}
        <MultiSelect
          label="Severity of the alert"
          placeholder={choice.severities.length === 0 ? 'All' : ''}
          data={SEVERITIES}
          value={choice.severities}
          onChange={(chosen) => setChoice({ ...choice, severities: inOrder(SEVERITIES, chosen) })}
          clearable
        />
        {!choice.isMissing && (
          <MultiSelect
            label="Reason of the last failure"
            placeholder={choice.errorCodes.length === 0 ? 'Any' : ''}
            data={FAILURE_CODES.map((code) => ({ value: code, label: failureLabels(code).meaning }))}
            value={choice.errorCodes}
            onChange={(chosen) => setChoice({ ...choice, errorCodes: chosen as ErrorCode[] })}
            clearable
          />
        )}
        {error && <ErrorState error={error} takesFocus={start.isError} />}
        <Text role="status" mih={24}>
          {request === null &&
            (choice.isMissing
              ? 'Choose a destination and a time range.'
              : 'Choose a time range and at least one status.')}
          {request !== null && counted === undefined && !count.error && 'Counting…'}
          {counted !== undefined &&
            (choice.isMissing ? (
              <MissingCount counted={counted} />
            ) : (
              (noneFoundText(counted, 'among 200,000') ??
              `${matchedText(counted)} ${counted.matched === 1 ? 'delivery matches' : 'deliveries match'}.`)
            ))}
        </Text>
        <Text size="sm" c="dimmed">
          {choice.isMissing
            ? 'Alerts that today’s routing sends there and that have no delivery to it: what was skipped while it was disabled, or came before it was created. They go out at a limited rate, behind fresh alerts.'
            : 'Each delivery starts a new round with its own retries. Deliveries to disabled or deleted destinations are skipped.'}
        </Text>
        {isPaused && <Text size="sm">This destination is paused: nothing is sent until it is resumed.</Text>}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose} data-autofocus>
            Cancel
          </Button>
          <Button
            onClick={() => start.mutate()}
            disabled={counted === undefined || isNothing(counted) || count.isFetching}
            loading={start.isPending}
          >
            {[
              choice.isMissing ? 'Send' : 'Resend',
              ...(counted && !isNothing(counted)
                ? [counted.matched === 0 ? 'all there are' : matchedText(counted)]
                : []),
            ].join(' ')}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}

/** `3 alerts are missing, the oldest received 1 Jul 2026, 08:00; 1 is CRITICAL.` */
function MissingCount({ counted }: { counted: MatchCount }) {
  const { oldestReceivedAt } = counted;
  if (oldestReceivedAt == null) return noneFoundText(counted, 'in 5 s') ?? `${missingText(counted)}.`;
  return (
    <>
      {missingText(counted)}, the oldest received <Moment iso={oldestReceivedAt} />; {criticalText(counted)}.
    </>
  );
}
