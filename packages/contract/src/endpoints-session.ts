import { z } from 'zod';
import { defineEndpoint } from './endpoint.ts';
import { SCOPES } from './vocabulary.ts';

const time = z.iso.datetime();

/** Who is signed in; with an API key instead of a session, `csrfToken` and `expiresAt` are null. */
export const sessionSchema = z
  .object({
    keyId: z.string(),
    keyName: z.string(),
    scopes: z.array(z.enum(SCOPES)),
    csrfToken: z.string().nullable().meta({
      description: 'Sent as `x-csrf-token` with every request of the session that changes something.',
    }),
    expiresAt: time.nullable(),
  })
  .meta({ id: 'Session' });
export type SessionView = z.infer<typeof sessionSchema>;

export const createSession = defineEndpoint({
  id: 'createSession',
  method: 'post',
  path: '/v1/session',
  tag: 'Session',
  summary: 'Sign in with an API key',
  description:
    'Sets the cookie `tocsin_session`, which no script can read. For browsers; programs send their key.',
  scope: null,
  isPublic: true,
  body: z.strictObject({ key: z.string().min(1).max(500) }),
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
