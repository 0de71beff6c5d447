import { createHash, timingSafeEqual } from 'node:crypto';
import { checkValue, fieldErrorsOf, LIMITS, ProblemError } from '@tocsin/contract';
import { z } from 'zod';
import type { BodyRoom } from '../body/body-room.ts';
import { readJsonBody } from '../body/json-body.ts';
import { BODY_PACE, type HttpExchange, readBody } from '../body/request-body.ts';
import { sendJson } from '../exchange/answer.ts';
import { validate } from './endpoint-server.ts';
import type { InternalRoute } from './route.ts';

/** A batch of outcomes carries receivers' answers of 1 Mi characters, of which JSON may make six times as many bytes. */
const LIST_BYTES_MAX = 16 * 1024 * 1024;
/** Of one item of a list, as the plan of an alert for 10,000 destinations; and of a body that is no list. */
const ITEM_BYTES_MAX = 2 * 1024 * 1024;
/** Of a service that may be trusted; what it sends is still looked at before it is built. */
const BOUNDS = { depthMax: LIMITS.jsonDepthMax, valuesMax: 1_000_000 };

/**
 * Serves a route between services.
 *
 * @param serviceToken what the caller must send as `Authorization: Bearer`
 */
export function createInternalServer(route: InternalRoute, serviceToken: string, room: BodyRoom) {
  const expected = digest(serviceToken);
  return async ({ request, response }: HttpExchange): Promise<void> => {
    const given = /^Bearer +(\S+)$/i.exec(request.headers.authorization ?? '')?.[1] ?? '';
    if (!timingSafeEqual(digest(given), expected)) {
      throw new ProblemError('unauthorized', {
        detail: 'Send the service token as `Authorization: Bearer`.',
      });
    }
    const share = room.open(route.path);
    try {
      const read = (bytesMax: number) => () =>
        readBody({ request, response }, { bytesMax, share, pace: BODY_PACE });
      const body = await readInternalBody({ request, response }, route.bodySchema, read);
      sendJson(response, 200, await route.handler(body));
    } finally {
      share.close();
    }
  };
}

/** A list is built and checked item by item, so that a long one holds up nobody. */
async function readInternalBody(
  exchange: HttpExchange,
  schema: z.ZodType,
  read: (bytesMax: number) => () => Promise<Buffer>,
): Promise<unknown> {
  const common = { isOptional: false, bounds: BOUNDS };
  if (!(schema instanceof z.ZodArray)) {
    const content = await readJsonBody(exchange, { ...common, read: read(ITEM_BYTES_MAX) });
    return validate(schema, content, 'The body is invalid.');
  }
  const item = schema.element as z.ZodType;
  const build = (value: unknown, index: number) => {
    const parsed = checkValue(item, value);
    if (parsed.success) return parsed.data;
    const issues = parsed.error.issues.map((issue) => ({ ...issue, path: [index, ...issue.path] }));
    throw new ProblemError('invalid_request', {
      detail: 'The body is invalid.',
      errors: fieldErrorsOf(new z.ZodError(issues)),
    });
  };
  return readJsonBody(exchange, {
    ...common,
    read: read(LIST_BYTES_MAX),
    items: { bytesMax: ITEM_BYTES_MAX, build },
  });
}

/** Makes texts of any length comparable in constant time. */
function digest(text: string): Buffer {
  return createHash('sha256').update(text, 'utf8').digest();
}
