import { expect, test } from '@jest/globals';
import { problemSchema } from '@tocsin/contract';
import { expectNoLeaks, openHandles } from '@tocsin/testkit';
import { bindPort } from '../src/up/bind-port.ts';
import { UsageError } from '../src/usage-error.ts';

test('a caller that comes while Tocsin starts gets 503, and is served once it has started', async () => {
  const before = openHandles();
  const bound = await bindPort({ port: 0, host: '127.0.0.1' });
  const early = await fetch(`${bound.url}/v1/alerts`, { method: 'POST', body: '{}' });
  expect(early.status).toBe(503);
  expect(early.headers.get('retry-after')).toBe('1');
  expect(early.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
  expect(early.headers.get('content-type')).toBe('application/problem+json');
  expect(problemSchema.parse(await early.json())).toMatchObject({ code: 'unavailable' });

  bound.open((_, response) => response.end('served'));
  expect(await (await fetch(bound.url)).text()).toBe('served');
  await bound.close();
  await expectNoLeaks(before);
});

test('a port that is taken is refused, and another one named', async () => {
  const bound = await bindPort({ port: 0, host: '127.0.0.1' });
  const again = bindPort({ port: bound.port, host: '127.0.0.1' });
  await expect(again).rejects.toThrow(UsageError);
  await expect(again).rejects.toThrow(
    /is taken by another process\. Choose another: `npm start -- --port \d+`/,
  );
  await bound.close();
});
