import { useQuery, useQueryClient } from '@tanstack/react-query';
import { createContext, type ReactNode, useContext } from 'react';
import { Navigate, useLocation } from 'react-router';
import { useApi } from '../api/api-context.tsx';
import { type Schemas, unwrap } from '../api/client.ts';
import { ApiProblem } from '../api/problem-message.ts';
import type { Scope } from './scopes.ts';

export type Session = Schemas['Session'];

export const SESSION_KEY = ['session'] as const;

/** Remembers, until the next sign-in, that the API ended a session. */
export const SESSION_ENDED_KEY = ['session-ended'] as const;

const SessionContext = createContext<Session | null>(null);

export interface SessionAccess {
  session: Session;
  /** Whether the key that signed in may do what needs this scope. */
  may: (scope: Scope) => boolean;
}

/** Who is signed in; only below `RequireSession`. */
export function useSession(): SessionAccess {
  const session = useContext(SessionContext);
  if (session === null) throw new Error('There is no session above.');
  return {
    session,
    may: (scope) => session.scopes.includes(scope) || session.scopes.includes('admin'),
  };
}

export interface RequireSessionProps {
  children: ReactNode;
  /** Shown in their place until it is known who is signed in. */
  loading: ReactNode;
  /** Shown in their place if that cannot be read. */
  renderError: (error: unknown, retry: () => unknown) => ReactNode;
}

/** Shows its children while somebody is signed in; others are sent to the login page, which leads back. */
export function RequireSession({ children, loading, renderError }: RequireSessionProps) {
  const api = useApi();
  const location = useLocation();
  const { data, error, isPending, refetch } = useQuery({
    queryKey: SESSION_KEY,
    staleTime: Number.POSITIVE_INFINITY,
    queryFn: async ({ signal }) => {
      try {
        return await unwrap(api.GET('/v1/session', { signal }));
      } catch (problem) {
        if (problem instanceof ApiProblem && problem.status === 401) return null;
        throw problem;
      }
    },
  });
  if (isPending) return loading;
  if (error) return renderError(error, refetch);
  if (data === null) {
    const next = `${location.pathname}${location.search}`;
    return <Navigate to={next === '/' ? '/login' : `/login?next=${encodeURIComponent(next)}`} replace />;
  }
  return <SessionContext value={data}>{children}</SessionContext>;
}

/** @returns a function that ends the session, here and at the server */
export function useSignOut(): () => Promise<void> {
  const api = useApi();
  const queries = useQueryClient();
  return async () => {
    await unwrap(api.DELETE('/v1/session')).catch((problem: unknown) => {
      // It has ended already.
      if (!(problem instanceof ApiProblem && problem.status === 401)) throw problem;
    });
    queries.setQueryData(SESSION_KEY, null);
    // Clears all cached data: the next person who signs in must not see it.
    queries.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== SESSION_KEY[0] });
  };
}
