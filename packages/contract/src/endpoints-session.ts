import { z } from 'zod';
import { documented } from './documented.ts';
import { defineEndpoint } from './endpoint.ts';
import { timeOrNull } from './time.ts';
import { SCOPES } from './vocabulary.ts';

/** Who is signed in; with an API key instead of a session, `csrfToken` and `expiresAt` are null. */
export const sessionSchema = z
  .object({
    keyId: documented(z.string(), 'The id of the key that signed in.', 'k7Qd2mXa'),
    keyName: documented(z.string(), 'That key’s name.', 'Operations'),
    scopes: documented(z.array(z.enum(SCOPES)), 'What the key may do.', ['admin']),
    csrfToken: documented(
      z.string().nullable(),
      'Sent as `x-csrf-token` with every request of the session that changes something; null with a key.',
      'b0c4Jm0xQk5y',
    ),
    expiresAt: timeOrNull('When the session ends at the latest; null with a key.'),
  })
  .meta({ id: 'Session', description: 'Who is signed in.' });
export type SessionView = z.infer<typeof sessionSchema>;

export const createSession = defineEndpoint({
  id: 'createSession',
  method: 'post',
  path: '/v1/session',
  tag: 'Session',
  summary: 'Sign in with an API key',
  description:
    'Sets the cookie `tocsin_session` (over TLS `__Host-tocsin_session`), which no script can read. For browsers; programs send their key.',
  scope: null,
  isPublic: true,
  body: z.strictObject({
    key: documented(z.string().min(1).max(500), 'An API key.', 'tcs_k7Qd2mXa_9sK3vTq1'),
  }),
  success: { status: 201, schema: sessionSchema },
  problems: ['unauthorized'],
});

export const getSession = defineEndpoint({
  id: 'getSession',
  method: 'get',
  path: '/v1/session',
  tag: 'Session',
  summary: 'Who is signed in',
  scope: null,
  success: { status: 200, schema: sessionSchema },
  problems: [],
});

export const deleteSession = defineEndpoint({
  id: 'deleteSession',
  method: 'delete',
  path: '/v1/session',
  tag: 'Session',
  summary: 'Sign out',
  scope: null,
  success: { status: 204, schema: null },
  problems: [],
});
