import type { Scope } from '@tocsin/contract';

/** Who makes a request, once its key or session was recognised. */
export interface Principal {
  readonly keyId: string;
  readonly keyName: string;
  readonly scopes: readonly Scope[];
}

/** Whether a principal may do what needs a scope; `admin` includes every other, null needs none. */
export function mayUse(principal: Principal, scope: Scope | null): boolean {
  return scope === null || principal.scopes.includes(scope) || principal.scopes.includes('admin');
}
