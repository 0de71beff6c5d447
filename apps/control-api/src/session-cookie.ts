import { SESSION_COOKIE } from '@tocsin/contract';
import type { NewCookie } from '@tocsin/runtime';
import { SESSION_SECONDS } from './session-store.ts';

/** A browser sends no secure cookie over plain HTTP, so that where the console is reached decides. */
function isSecure(publicUrl: string): boolean {
  return new URL(publicUrl).protocol === 'https:';
}

/** The cookie of a session that was just opened. */
export function sessionCookie(token: string, publicUrl: string): NewCookie {
  return {
    name: SESSION_COOKIE,
    value: token,
    maxAgeSeconds: SESSION_SECONDS,
    secure: isSecure(publicUrl),
  };
}

/** What removes it. */
export function noSessionCookie(publicUrl: string): NewCookie {
  return { name: SESSION_COOKIE, value: '', maxAgeSeconds: 0, secure: isSecure(publicUrl) };
}
