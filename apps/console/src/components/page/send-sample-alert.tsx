import { Button, type ButtonProps } from '@mantine/core';
import { IconSend } from '@tabler/icons-react';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from 'react-router';
import { useApi } from '../../api/api-context.tsx';
import { unwrap } from '../../api/client.ts';
import { notifyError } from '../../api/queries/resend.ts';
import { sampleAlert } from '../../api/queries/sample-alert.ts';
import { useSession } from '../../session/session.tsx';

/** Sends a sample alert in and goes to its page; a failure is told in a notification. */
function useSendSampleAlert() {
  const api = useApi();
  const queries = useQueryClient();
  const navigate = useNavigate();
  return useMutation({
    mutationFn: () => unwrap(api.POST('/v1/alerts', { body: sampleAlert(new Date()) })),
    onSuccess: async ({ results }) => {
      await queries.invalidateQueries({ queryKey: ['alerts'] });
      const alertId = results[0]?.alertId;
      if (alertId) await navigate(`/alerts/${encodeURIComponent(alertId)}`);
    },
    onError: notifyError,
  });
}

/** Sends a sample alert; not there for a key that may not. */
export function SendSampleAlertButton(props: ButtonProps) {
  const { may } = useSession();
  const send = useSendSampleAlert();
  if (!may('alerts:write')) return null;
  return (
    <Button
      leftSection={<IconSend size={16} aria-hidden />}
      {...props}
      loading={send.isPending}
      onClick={() => send.mutate()}
    >
      Send a sample alert
    </Button>
  );
}
