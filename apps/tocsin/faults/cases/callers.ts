import { ENDPOINTS, SCOPES, type Scope } from '@tocsin/contract';
import type { MeasuredCase } from '../../harness/cases/case.ts';
import { ADMIN_KEY } from '../../harness/service-settings.ts';
import { startInstallation } from '../../harness/system/installation.ts';
import { startPostgresServer } from '../../harness/system/postgres-server.ts';

type Endpoint = (typeof ENDPOINTS)[number];

/** Somebody who may not call an endpoint, and what he calls it with. */
interface Caller {
  who: string;
  headers: Record<string, string>;
  /** Which endpoints are none of his. */
  isRefused(endpoint: Endpoint): boolean;
}

const REFUSALS = [401, 403];
const ABSENT = '00000000-0000-4000-8000-000000000000';

const bearer = (key: string) => ({ authorization: `Bearer ${key}` });
const changes = ({ method }: Endpoint) => method !== 'get';

/** Every route, called by everybody who may not. */
export const CALLERS: MeasuredCase = {
  name: 'callers',
  about: 'every route is called without a key, with wrong ones, with a revoked one, and from another site',
  claims: [
    {
      id: 'G12',
      part: 'routes',
      unit: 'unexpected 2xx',
      target: 0,
      promise: 'each of these is refused with 401 or 403',
    },
  ],
  async run({ keep, say }) {
    const postgres = await keep(startPostgresServer(), (one) => one.close());
    const installation = await keep(startInstallation({ databaseUrl: postgres.url, redisUrl: null }), (one) =>
      one.close(),
    );
    const url = installation.urls.control;
    const makeKey = (scope: Scope) =>
      installation.api<{ id: string; key: string }>('control', 'POST', '/v1/api-keys', {
        ...{ name: `only ${scope}`, scopes: [scope] },
      });
    const revoked = await makeKey('admin');
    await installation.api('control', 'DELETE', `/v1/api-keys/${revoked.id}`);
    const signedIn = await fetch(`${url}/v1/session`, {
      ...{ method: 'POST', headers: { 'content-type': 'application/json' } },
      body: JSON.stringify({ key: ADMIN_KEY }),
    });
    const cookie = (signedIn.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
    const scoped = await Promise.all(
      SCOPES.filter((scope) => scope !== 'admin').map(async (scope): Promise<Caller> => {
        const { key } = await makeKey(scope);
        return {
          ...{ who: `a key for ${scope}`, headers: bearer(key) },
          isRefused: (endpoint) => endpoint.scope !== null && endpoint.scope !== scope,
        };
      }),
    );
    const callers: Caller[] = [
      { who: 'nobody', headers: {}, isRefused: () => true },
      {
        who: 'a wrong key',
        headers: bearer('tcs_harness_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA'),
        isRefused: () => true,
      },
      { who: 'a revoked key', headers: bearer(revoked.key), isRefused: () => true },
      { who: 'a session without its token', headers: { cookie }, isRefused: changes },
      {
        ...{
          who: "another site's page",
          headers: { cookie, origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' },
        },
        isRefused: changes,
      },
      ...scoped,
    ];
    const answers: { what: string; status: number }[] = [];
    for (const endpoint of ENDPOINTS.filter(({ isPublic }) => isPublic !== true)) {
      const where = endpoint.path.replaceAll(/\{\w+\}/g, ABSENT);
      for (const { who, headers, isRefused } of callers) {
        if (!isRefused(endpoint)) continue;
        const response = await fetch(`${url}${where}`, {
          method: endpoint.method.toUpperCase(),
          headers: { ...headers, 'content-type': 'application/json' },
          ...(changes(endpoint) ? { body: '{}' } : {}),
        });
        await response.arrayBuffer();
        answers.push({ what: `${endpoint.method} ${endpoint.path} by ${who}`, status: response.status });
      }
    }
    const entered = answers.filter(({ status }) => status >= 200 && status < 300);
    const otherwise = answers.filter(({ status }) => !REFUSALS.includes(status));
    say(`${answers.length} calls of ${ENDPOINTS.length} endpoints`);
    return [
      {
        ...{ figure: entered.length, struck: answers.length, struckMin: 8 * callers.length },
        broken: [
          ...(signedIn.ok && cookie !== '' ? [] : ['nobody could sign in']),
          ...otherwise.slice(0, 5).map(({ what, status }) => `${what} was answered ${status}`),
        ],
        detail: { calls: answers.length, otherwise: otherwise.length },
      },
    ];
  },
};
