import { SECURE_SESSION_COOKIE, SESSION_COOKIE } from '@tocsin/contract';
import type { NewCookie } from '@tocsin/http';
import { SESSION_SECONDS } from './session-store.ts';

export interface Reached {
  /** Where the console is reached. */
  publicUrl: string;
  /** Whether this request came over TLS. */
  isTls: boolean;
}

/** A browser sends no secure cookie over plain HTTP, so that how the console is reached decides. */
function isSecure({ publicUrl, isTls }: Reached): boolean {
  return isTls || new URL(publicUrl).protocol === 'https:';
}

/** The cookie of a session that was just opened: over TLS one that no other host can set or replace. */
export function sessionCookie(token: string, reached: Reached): NewCookie {
  const secure = isSecure(reached);
  return {
    name: secure ? SECURE_SESSION_COOKIE : SESSION_COOKIE,
    value: token,
    maxAgeSeconds: SESSION_SECONDS,
    secure,
  };
}

/** What removes it, by whichever name it has. */
export function noSessionCookies(reached: Reached): NewCookie[] {
  const plain = { name: SESSION_COOKIE, value: '', maxAgeSeconds: 0, secure: false };
  return isSecure(reached) ? [{ ...plain, name: SECURE_SESSION_COOKIE, secure: true }, plain] : [plain];
}
