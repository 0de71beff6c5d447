import { Alert, Button, Group, Stack, Switch, Text } from '@mantine/core';
import { IconCopy } from '@tabler/icons-react';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { Link, useNavigate } from 'react-router';
import { useApi } from '../../../api/api-context.tsx';
import { type Destination, unwrap } from '../../../api/client.ts';
import { ApiProblem } from '../../../api/problem-message.ts';
import { DESTINATIONS_KEY } from '../../../api/queries/destinations.ts';
import { useLeaveGuard } from '../../../components/page/leave-guard.tsx';
import { DestinationFields } from '../form/destination-fields.tsx';
import { useDestinationForm } from '../form/use-destination-form.ts';
import { copyOf, emptyValues, type FormValues, isSame } from '../form/values/form-values.ts';
import { toCreateBody } from '../form/values/requests.ts';
import { TestReport } from '../test-report.tsx';
import { useTestOfDraft } from '../use-test-alert.ts';
import { stepPath } from './step.ts';

/** The second step: everything that is set about the destination. */
export function FormStep({ from }: { from: Destination | null }) {
  const api = useApi();
  const queries = useQueryClient();
  const navigate = useNavigate();
  const state = useDestinationForm(from === null ? emptyValues() : copyOf(from));
  const { form, takeValues, showRefusal } = state;
  const guard = useLeaveGuard(state.hasChanges);
  const test = useTestOfDraft();
  const [tested, setTested] = useState<FormValues | null>(null);
  const add = useMutation({
    mutationFn: (body: ReturnType<typeof toCreateBody>) => unwrap(api.POST('/v1/destinations', { body })),
    onSuccess: async ({ id }) => {
      guard.letGo();
      await queries.invalidateQueries({ queryKey: DESTINATIONS_KEY, refetchType: 'none' });
      // Replaces the form in the history: going back must not offer to add the destination again.
      navigate(stepPath({ name: 'added', id }), { replace: true });
    },
    onError: showRefusal,
  });

  function submit(event: FormEvent): void {
    event.preventDefault();
    const values = takeValues({ mayLeaveRetry: true, needsName: true });
    if (values !== null) add.mutate(toCreateBody(values));
  }

  function testDraft(): void {
    test.reset();
    const values = takeValues({ mayLeaveRetry: true, needsName: false });
    if (values === null) return;
    setTested(values);
    test.mutate(toCreateBody(values), { onError: showRefusal });
  }

  return (
    <form ref={state.formRef} onSubmit={submit} noValidate aria-label="New destination">
      {guard.modal}
      <Stack gap="md">
        {from !== null && <CopyNotice from={from} />}
        <DestinationFields state={state} isNew />
        <Switch
          label="Enabled"
          description="It gets alerts as soon as it is added."
          {...form.getInputProps('enabled', { type: 'checkbox' })}
        />
        <Group justify="flex-end" gap="sm">
          <Button component={Link} to="/destinations" variant="subtle" color="gray">
            Cancel
          </Button>
          <Button variant="default" onClick={testDraft} loading={test.isPending}>
            Test before saving
          </Button>
          <Button type="submit" loading={add.isPending}>
            Add Destination
          </Button>
        </Group>
        <TestReport
          // The API's faults are shown at their fields.
          test={{ ...test, error: test.error instanceof ApiProblem ? null : test.error }}
          timeoutMs={test.variables?.timeoutMs ?? 0}
        />
        {test.data && tested !== null && !isSame(tested, form.values) && (
          <Text size="sm">You have changed the form since this test.</Text>
        )}
      </Stack>
    </form>
  );
}

/** Says what a copy does not have. */
function CopyNotice({ from }: { from: Destination }) {
  const missing = [
    ...(from.headers.length > 0 ? ['enter the values of its headers again'] : []),
    ...(from.signingSecret === null ? [] : ['give it a signing secret of its own under “Advanced settings”']),
  ];
  return (
    <Alert color="blue" icon={<IconCopy aria-hidden />} title="A copy, without its secrets">
      These are the settings of “<bdi>{from.displayName}</bdi>”. Secrets are never copied
      {missing.length === 0 ? '; it has none.' : `: ${missing.join(', and ')}.`}
    </Alert>
  );
}
