type Fetch = (request: Request) => Promise<Response>;

/** Answers kept: more than one page polls. */
const ANSWERS_MAX = 16;

/**
 * Asks again only for what has changed: an answer that has an `ETag` is kept, and given again where the server says that
 * it still holds (304). Kept in this page's memory alone, since the API lets no browser store its answers; an answer
 * without a tag, so also the one to a session that has ended, forgets what was kept.
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
    // Read to its end before it is kept: one that breaks off, as where the page cancels its request, is asked for anew.
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
