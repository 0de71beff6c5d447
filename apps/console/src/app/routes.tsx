import { createBrowserRouter, type RouteObject } from 'react-router';
import { PageLoader } from '../components/page/page-loader.tsx';
import { LoginPage } from '../pages/login/page.tsx';
import { RequireSession } from '../session/session.tsx';
import { NotFoundPage } from './page-fallbacks.tsx';
import { PAGE_SCOPES } from './page-scopes.ts';
import { RequireScope } from './require-scope.tsx';
import { RouteFailure } from './route-failure.tsx';
import { Shell } from './shell.tsx';

/** A page whose code is loaded when it is first gone to. */
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
export function createRouter() {
  return createBrowserRouter([
    { path: '/login', Component: LoginPage },
    {
      element: (
        <RequireSession>
          <Shell />
        </RequireSession>
      ),
      errorElement: <RouteFailure />,
      HydrateFallback: () => <PageLoader label="Loading" />,
      // A page that fails leaves the way to the others standing.
      children: [{ errorElement: <RouteFailure />, children: PAGES }],
    },
  ]);
}
