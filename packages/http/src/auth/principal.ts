import type { Scope } from '@tocsin/contract';

/** The session by whose cookie a request was recognised. */
export interface PrincipalSession {
  /** SHA-256 of its token, in hex: its name in the database. */
  readonly tokenHash: string;
  readonly csrfToken: string;
  readonly expiresAt: Date;
  /** Makes this process ask the database again, for when the session has just been ended. */
  forget(): void;
}

/** Who makes a request, once its key or session was recognised. */
export interface Principal {
  readonly keyId: string;
  readonly keyName: string;
  readonly scopes: readonly Scope[];
  /** Absent where the request came with a key. */
  readonly session?: PrincipalSession;
}

/** Whether a principal may do what needs a scope; `admin` includes every other, null needs none. */
export function mayUse(principal: Principal, scope: Scope | null): boolean {
  return scope === null || principal.scopes.includes(scope) || principal.scopes.includes('admin');
}
