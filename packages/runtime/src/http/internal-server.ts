import { createHash, timingSafeEqual } from 'node:crypto';
import { LIMITS, ProblemError } from '@tocsin/contract';
import { sendJson } from './answer.ts';
import type { BodyRoom } from './body-room.ts';
import { validate } from './endpoint-server.ts';
import { readJson } from './json-body.ts';
import { BODY_PACE, type Exchange, readBody } from './request-body.ts';
import type { InternalRoute } from './route.ts';

/** A batch of outcomes carries up to 16 KiB of each receiver's answer. */
const INTERNAL_BODY_BYTES_MAX = 32 * 1024 * 1024;
/** Of a service that may be trusted; what it sends is still looked at before it is built. */
const INTERNAL_BOUNDS = { depthMax: LIMITS.jsonDepthMax, valuesMax: 1_000_000 };

/**
 * Serves a route between services.
 *
 * @param serviceToken what the caller must send as `Authorization: Bearer`
 */
export function createInternalServer(route: InternalRoute, serviceToken: string, room: BodyRoom) {
  const expected = digest(serviceToken);
  return async ({ request, response }: Exchange): Promise<void> => {
    const given = /^Bearer +(\S+)$/i.exec(request.headers.authorization ?? '')?.[1] ?? '';
    if (!timingSafeEqual(digest(given), expected)) {
      throw new ProblemError('unauthorized', {
        detail: 'Send the service token as `Authorization: Bearer`.',
      });
    }
    const share = room.open(route.path);
    try {
      const read = () =>
        readBody({ request, response }, { bytesMax: INTERNAL_BODY_BYTES_MAX, share, pace: BODY_PACE });
      const content = await readJson(
        { request, response },
        { read, isOptional: false, bounds: INTERNAL_BOUNDS },
      );
      const body = validate(route.bodySchema, content, 'The body is invalid.');
      sendJson(response, 200, await route.handler(body));
    } finally {
      share.close();
    }
  };
}

/** Makes texts of any length comparable in constant time. */
function digest(text: string): Buffer {
  return createHash('sha256').update(text, 'utf8').digest();
}
