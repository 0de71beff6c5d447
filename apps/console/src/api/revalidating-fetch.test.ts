import { expect, test } from '@jest/globals';
import { createRevalidatingFetch } from './revalidating-fetch.ts';

/** A server with one text at every URL; it answers 304 to a caller that has it. */
function createServer(text: string) {
  const state = { text, isSignedIn: true };
  const statuses: number[] = [];
  const send = createRevalidatingFetch(async (request) => {
    const etag = `"${state.text}"`;
    const status = !state.isSignedIn ? 401 : request.headers.get('if-none-match') === etag ? 304 : 200;
    statuses.push(status);
    return new Response(status === 200 ? state.text : null, {
      status,
      headers: status === 401 ? {} : { etag },
    });
  });
  return {
    state,
    statuses,
    get: (path: string) => send(new Request(`http://tocsin${path}`)),
    signOut: () => send(new Request('http://tocsin/v1/session', { method: 'DELETE' })),
  };
}

test('what is unchanged is read again from what was kept, as often as it is asked for', async () => {
  const { state, statuses, get } = createServer('one');
  for (let round = 0; round < 3; round += 1) expect(await (await get('/a')).text()).toBe('one');
  state.text = 'two';
  for (let round = 0; round < 2; round += 1) expect(await (await get('/a')).text()).toBe('two');
  expect(statuses).toEqual([200, 304, 304, 200, 304]);
});

test('the end of the session forgets everything', async () => {
  const { state, statuses, get, signOut } = createServer('one');
  await get('/a');
  await get('/b');
  state.isSignedIn = false;
  expect((await get('/a')).status).toBe(401);
  state.isSignedIn = true;
  await get('/b');
  await signOut();
  await get('/b');
  expect(statuses).toEqual([200, 200, 401, 200, 200, 200]);
});

test('keeps a bounded number of answers, the latest', async () => {
  const { statuses, get } = createServer('one');
  for (let page = 0; page < 40; page += 1) await get(`/${page}`);
  await get('/0');
  await get('/39');
  expect(statuses.slice(40)).toEqual([200, 304]);
});

test('an answer that breaks off is not kept: it is asked for anew', async () => {
  const tags: (string | null)[] = [];
  const cancelled = new Error('cancelled by the page');
  const get = createRevalidatingFetch(async ({ headers }) => {
    tags.push(headers.get('if-none-match'));
    const isBroken = tags.length === 1;
    const body = new ReadableStream({
      start(stream) {
        stream.enqueue(new TextEncoder().encode('whole'));
        if (isBroken) stream.error(cancelled);
        else stream.close();
      },
    });
    return new Response(body, { headers: { etag: '"one"' } });
  });
  const read = async () => (await get(new Request('http://tocsin/a'))).text();
  await expect(read()).rejects.toThrow(cancelled);
  expect(await read()).toBe('whole');
  expect(tags).toEqual([null, null]);
});
