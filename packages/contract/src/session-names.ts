/** The cookie of a signed-in browser; HttpOnly, SameSite=Strict. */
export const SESSION_COOKIE = 'tocsin_session';

/** Its name over TLS: browsers take a cookie with this prefix from the host itself alone (RFC 6265bis, 4.1.3.2). */
export const SECURE_SESSION_COOKIE = `__Host-${SESSION_COOKIE}`;

/** The header in which a browser shows that a request comes from the console's own page. */
export const CSRF_HEADER = 'x-csrf-token';
