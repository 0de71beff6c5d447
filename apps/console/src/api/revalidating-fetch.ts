type Fetch = (request: Request) => Promise<Response>;

/** Answers kept: more than one page polls. */
const ANSWERS_MAX = 16;

/**
 * Fetches only what has changed: an answer with an `ETag` is kept, and returned again if the server says that it is
 * unchanged (304). Kept only in this page's memory, since the API forbids browsers to store its answers. An answer
 * without a tag removes the kept one; a 401 removes all.
 */
export function createRevalidatingFetch(send: Fetch): Fetch {
  const answers = new Map<string, { tag: string; again: () => Response }>();

  return async (request) => {
    if (request.method !== 'GET') {
      if (request.url.endsWith('/v1/session')) answers.clear();
      return send(request);
    }
    const known = answers.get(request.url);
    if (known !== undefined) request.headers.set('if-none-match', known.tag);
    const answer = await send(request);
    if (answer.status === 304 && known !== undefined) return known.again();
    answers.delete(request.url);
    if (answer.status === 401) answers.clear();
    const tag = answer.headers.get('etag');
    if (!answer.ok || tag === null) return answer;
    // Read to its end before it is kept: an incomplete answer, such as of a cancelled request, is not kept.
    const body = await answer.text();
    const { status, headers } = answer;
    const again = () => new Response(body, { status, headers });
    answers.set(request.url, { tag, again });
    for (const oldest of answers.keys()) {
      if (answers.size <= ANSWERS_MAX) break;
      answers.delete(oldest);
    }
    return again();
  };
}
