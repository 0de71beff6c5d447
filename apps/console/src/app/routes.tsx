import { createBrowserRouter, type RouteObject } from 'react-router';
import { ErrorState } from '../components/page/error-state.tsx';
import { PageLoader } from '../components/page/page-loader.tsx';
import { Page as LoginPage } from '../pages/login/page.tsx';
import type { Scope } from '../session/scopes.ts';
import { RequireSession, useSession } from '../session/session.tsx';
import { NotAllowedPage, NotFoundPage, RouteFailure } from './page-fallbacks.tsx';
import { PAGE_SCOPES } from './page-scopes.ts';
import { Shell } from './shell.tsx';

/** Shows a page to a key that may see it, and names the missing scope to others. */
function RequireScope({ scope, Page }: { scope: Scope; Page: React.ComponentType }) {
  return useSession().may(scope) ? <Page /> : <NotAllowedPage scope={scope} />;
}

/** A page whose code is loaded when it is first opened. */
function page(path: string, load: () => Promise<{ Page: React.ComponentType }>): RouteObject {
  const scope = PAGE_SCOPES[path];
  return {
    path,
    lazy: async () => {
      const { Page } = await load();
      return { Component: scope === undefined ? Page : () => <RequireScope scope={scope} Page={Page} /> };
    },
  };
}

const PAGES: RouteObject[] = [
  page('/', () => import('../pages/overview/page.tsx')),
  page('/alerts', () => import('../pages/alerts/page.tsx')),
  page('/alerts/:alertId', () => import('../pages/alert/page.tsx')),
  page('/deliveries', () => import('../pages/deliveries/page.tsx')),
  page('/destinations', () => import('../pages/destinations/list/page.tsx')),
  page('/destinations/new', () => import('../pages/destinations/new/page.tsx')),
  page('/destinations/:id', () => import('../pages/destinations/detail/page.tsx')),
  page('/routing', () => import('../pages/routing/page.tsx')),
  page('/api-keys', () => import('../pages/api-keys/page.tsx')),
  page('/audit-log', () => import('../pages/audit-log/page.tsx')),
  { path: '*', Component: NotFoundPage },
];

/** Every address of the console. */
export function createConsoleRouter() {
  return createBrowserRouter([
    { path: '/login', Component: LoginPage },
    {
      element: (
        <RequireSession
          loading={<PageLoader label="Checking your sign-in" />}
          renderError={(error, retry) => <ErrorState error={error} onRetry={retry} />}
        >
          <Shell />
        </RequireSession>
      ),
      errorElement: <RouteFailure />,
      HydrateFallback: () => <PageLoader label="Loading" />,
      // Where one page fails, the navigation to the others stays.
      children: [{ errorElement: <RouteFailure />, children: PAGES }],
    },
  ]);
}
