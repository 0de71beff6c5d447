import createClient, { type Client, type Middleware } from 'openapi-fetch';
import { toApiProblem } from './problem-message.ts';
import { createRevalidatingFetch } from './revalidating-fetch.ts';
import type { components, paths } from './schema.gen.ts';

export type Schemas = components['schemas'];
export type Destination = Schemas['Destination'];
export type Api = Client<paths>;

export interface ApiDeps {
  /** The token that the session's changing requests carry; null while nobody is signed in. */
  csrfToken: () => string | null;
  /** Called when the API says that the session is over, and when it never was. */
  onUnauthorized: () => void;
}

const SAFE_METHODS = new Set(['GET', 'HEAD']);

/** The typed client of this origin's HTTP API, as the browser's session. */
export function createApi({ csrfToken, onUnauthorized }: ApiDeps): Api {
  const api = createClient<paths>({
    baseUrl: '/',
    fetch: createRevalidatingFetch((request) => fetch(request)),
    querySerializer: { array: { style: 'form', explode: false } },
  });
  const session: Middleware = {
    onRequest({ request }) {
      const token = csrfToken();
      if (token !== null && !SAFE_METHODS.has(request.method)) request.headers.set('x-csrf-token', token);
    },
    onResponse({ request, response }) {
      // The login form shows a refused sign-in itself.
      const isSignIn = request.method === 'POST' && new URL(request.url).pathname === '/v1/session';
      if (response.status === 401 && !isSignIn) onUnauthorized();
    },
  };
  api.use(session);
  return api;
}

/**
 * Takes the body out of an answer.
 *
 * @throws ApiProblem for every answer that is not a success, and if there was no answer
 */
export async function unwrap<T>(
  call: Promise<{ data?: T; error?: unknown; response: Response }>,
): Promise<T> {
  const { data, error, response } = await call.catch((cause: unknown) => {
    if (cause instanceof DOMException && cause.name === 'AbortError') throw cause;
    throw toApiProblem(null, undefined);
  });
  if (!response.ok) throw toApiProblem(response, error);
  return data as T;
}
