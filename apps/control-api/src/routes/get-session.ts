import { getSession } from '@tocsin/contract';
import { defineRoute } from '@tocsin/http';

export function createGetSession() {
  return defineRoute(getSession, async ({ principal }) => {
    const { keyId, keyName, scopes, session } = principal;
    return {
      keyId,
      keyName,
      scopes: [...scopes],
      csrfToken: session?.csrfToken ?? null,
      expiresAt: session?.expiresAt.toISOString() ?? null,
    };
  });
}
