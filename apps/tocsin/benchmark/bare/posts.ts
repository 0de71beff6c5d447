/** What a POST takes: by got as a stream on one extended instance with a keep-alive agent, or by `http.request`. */
import { Agent, request } from 'node:http';
import got from 'got';
import { bareOptions, measured, report } from './measured.ts';

interface Options {
  url: string;
  posts: number;
  connections: number;
  by: 'got' | 'request';
}

const { url, posts, connections, by } = bareOptions<Options>();
const agent = new Agent({ keepAlive: true, maxSockets: connections });
const headers = {
  'content-type': 'application/json',
  'webhook-id': '0123456789abcdef',
  'webhook-timestamp': '1782892800',
  'webhook-signature': 'v1,0123456789abcdef0123456789abcdef0123456789ab',
};
const client = got.extend({
  ...{ retry: { limit: 0 }, followRedirect: false, throwHttpErrors: false, decompress: false },
  agent: { http: agent },
});

const bodyOf = (n: number) => Buffer.from(JSON.stringify({ alertId: `bare-${n}`, text: 'x'.repeat(1_000) }));

function byGot(body: Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    const stream = client.stream.post(url, { body, headers });
    stream
      .on('data', () => {})
      .on('end', () => resolve())
      .on('error', reject);
  });
}

function byRequest(body: Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    request(
      url,
      { method: 'POST', agent, headers: { ...headers, 'content-length': body.length } },
      (response) =>
        response
          .resume()
          .on('end', () => resolve())
          .on('error', reject),
    )
      .on('error', reject)
      .end(body);
  });
}

const post = by === 'got' ? byGot : byRequest;
let next = 0;
async function loop(): Promise<void> {
  while (next < posts) {
    next += 1;
    await post(bodyOf(next));
  }
}
const run = await measured(posts, () => Promise.all(Array.from({ length: connections }, loop)));
agent.destroy();
report(run);
