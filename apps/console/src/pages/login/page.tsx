import { Alert, Button, Center, Paper, PasswordInput, Stack, Text, Title } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Navigate, useSearchParams } from 'react-router';
import { useApi } from '../../api/api-context.tsx';
import { unwrap } from '../../api/client.ts';
import { describeError, summaryOf } from '../../api/problem-message.ts';
import { Logo } from '../../components/page/logo.tsx';
import { usePageTitle } from '../../components/page/page-title.ts';
import { pathOnThisOrigin } from '../../session/next-path.ts';
import { SESSION_ENDED_KEY, SESSION_KEY, type Session } from '../../session/session.tsx';

/** Signs in with an API key. */
export function Page() {
  usePageTitle('Sign in');
  const api = useApi();
  const queries = useQueryClient();
  const [search] = useSearchParams();
  const next = pathOnThisOrigin(search.get('next'));
  const form = useForm({
    mode: 'uncontrolled',
    initialValues: { key: '' },
    validate: { key: (key) => (key.trim() === '' ? 'Enter an API key.' : null) },
  });
  const signIn = useMutation({
    mutationFn: ({ key }: { key: string }) => unwrap(api.POST('/v1/session', { body: { key: key.trim() } })),
    onSuccess: (session) => {
      queries.setQueryData(SESSION_ENDED_KEY, false);
      queries.setQueryData(SESSION_KEY, session);
      // Pages that are not this application's own, such as the queues, take a real navigation.
      if (next.startsWith('/queues') || next.startsWith('/docs')) window.location.assign(next);
    },
  });
  if (queries.getQueryData<Session | null>(SESSION_KEY)) return <Navigate to={next} replace />;
  const hasEnded = queries.getQueryData<boolean>(SESSION_ENDED_KEY) === true;
  return (
    <Center component="main" mih="100vh" p="md">
      <Paper withBorder p="xl" radius="md" w="100%" maw={420}>
        <form onSubmit={form.onSubmit((values) => signIn.mutate(values))} noValidate>
          <Stack>
            <Logo size={40} />
            <Title order={1} size="h2">
              Sign in to Tocsin
            </Title>
            {hasEnded && (
              <Alert color="yellow" role="status" title="Your session has ended">
                Sign in again to continue where you were.
              </Alert>
            )}
            {signIn.error && (
              <Alert color="red" role="alert" title={signInTitle(signIn.error)}>
                {summaryOf(signIn.error).message}
              </Alert>
            )}
            <PasswordInput
              label="API key"
              description="It begins with tcs_. tocsin up prints the first key and stores it in its data folder."
              autoComplete="current-password"
              autoFocus
              required
              withAsterisk={false}
              key={form.key('key')}
              {...form.getInputProps('key')}
            />
            <Button type="submit" loading={signIn.isPending} fullWidth>
              Sign in
            </Button>
            <Text size="xs" c="dimmed">
              The server opens a session of twelve hours. The key is not stored in this browser.
            </Text>
          </Stack>
        </form>
      </Paper>
    </Center>
  );
}

function signInTitle(error: unknown): string {
  const { title } = describeError(error);
  return title === 'Authentication is required' ? 'This key is not known, or was revoked' : title;
}
