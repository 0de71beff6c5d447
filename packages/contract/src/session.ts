/** The cookie of a signed-in browser; HttpOnly, SameSite=Strict. */
export const SESSION_COOKIE = 'tocsin_session';

/** The header in which a browser shows that a request comes from the console's own page. */
export const CSRF_HEADER = 'x-csrf-token';
