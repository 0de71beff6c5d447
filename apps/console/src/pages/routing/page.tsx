import { Button, Group, JsonInput, Stack, Text } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { useApi } from '../../api/api-context.tsx';
import { type Schemas, unwrap } from '../../api/client.ts';
import { ErrorState } from '../../components/page/error-state.tsx';
import { useFaultFocus } from '../../components/page/fault-focus.ts';
import { PageFrame } from '../../components/page/page-frame.tsx';
import { DecisionView } from './decision-view.tsx';
import { readPastedAlert, SAMPLE_ALERT } from './pasted-alert.ts';

/** Where an alert would go, and why; nothing is sent. */
export function Page() {
  const api = useApi();
  const [text, setText] = useState(SAMPLE_ALERT);
  const [fault, setFault] = useState<string | null>(null);
  const { ref: formRef, focusFault } = useFaultFocus<HTMLFormElement>();
  const preview = useMutation({
    mutationFn: async (alert: Schemas['AlertInput']) => ({
      decision: await unwrap(api.POST('/v1/route', { params: { query: { explain: true } }, body: alert })),
      // The API has accepted the alert, so these fields are valid.
      facts: { severity: alert.severity, type: alert.type, logTypes: alert.logTypes ?? [] },
    }),
  });

  function ask(): void {
    const pasted = readPastedAlert(text);
    setFault(pasted.kind === 'fault' ? pasted.message : null);
    // The API checks the alert's fields.
    if (pasted.kind === 'alert') preview.mutate(pasted.alert as Schemas['AlertInput']);
    else {
      preview.reset();
      focusFault();
    }
  }

  return (
    <PageFrame title="Routing preview">
      <Text c="dimmed">Paste an alert to see which destinations it would go to today. Nothing is sent.</Text>
      <form
        ref={formRef}
        onSubmit={(event) => {
          event.preventDefault();
          ask();
        }}
      >
        <Stack>
          <JsonInput
            label="Alert"
            value={text}
            onChange={setText}
            autosize
            minRows={10}
            maxRows={24}
            spellCheck={false}
            error={fault}
          />
          <Group>
            <Button type="submit" loading={preview.isPending}>
              Show the decision
            </Button>
          </Group>
        </Stack>
      </form>
      {preview.error && <ErrorState error={preview.error} takesFocus />}
      <div aria-live="polite">{preview.data && <DecisionView {...preview.data} />}</div>
    </PageFrame>
  );
}
