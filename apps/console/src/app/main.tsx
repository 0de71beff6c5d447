import '@mantine/core/styles.css';
import '@mantine/notifications/styles.css';
import './style.css';
import { MantineProvider } from '@mantine/core';
import { Notifications } from '@mantine/notifications';
import { QueryClientProvider } from '@tanstack/react-query';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { RouterProvider } from 'react-router/dom';
import { ApiProvider } from '../api/api-context.tsx';
import { createApi } from '../api/client.ts';
import { createQueries } from '../api/queries/query-client.ts';
import { SESSION_ENDED_KEY, SESSION_KEY, type Session } from '../session/session.tsx';
import { createConsoleRouter } from './routes.tsx';
import { theme } from './theme.ts';

const queries = createQueries();
const api = createApi({
  csrfToken: () => queries.getQueryData<Session | null>(SESSION_KEY)?.csrfToken ?? null,
  onUnauthorized: () => {
    if (queries.getQueryData<Session | null>(SESSION_KEY)) queries.setQueryData(SESSION_ENDED_KEY, true);
    queries.setQueryData(SESSION_KEY, null);
  },
});

const root = document.getElementById('root');
if (root === null) throw new Error('The page has no root.');
createRoot(root).render(
  <StrictMode>
    <MantineProvider theme={theme} defaultColorScheme="auto">
      <Notifications position="bottom-right" />
      <QueryClientProvider client={queries}>
        <ApiProvider api={api}>
          <RouterProvider router={createConsoleRouter()} />
        </ApiProvider>
      </QueryClientProvider>
    </MantineProvider>
  </StrictMode>,
);
