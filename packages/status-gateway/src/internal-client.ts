import http from 'node:http';
import https from 'node:https';
import got from 'got';

export interface InternalClientOptions {
  /** Where the other service is, without a trailing slash. */
  baseUrl: string;
  serviceToken: string;
  /** For the whole exchange. */
  timeoutMs: number;
}

export interface InternalAnswer {
  status: number;
  isOk: boolean;
  text: string;
}

/** Calls another service of Tocsin, on kept-alive connections of its own. */
export interface InternalClient {
  /**
   * POSTs JSON and reads the answer, whatever its status. It follows no redirect and repeats nothing.
   *
   * @throws Error named `TimeoutError` where the time is over; any other where there was no answer
   */
  post(path: string, body: unknown): Promise<InternalAnswer>;
  close(): void;
}

export function createInternalClient({
  baseUrl,
  serviceToken,
  timeoutMs,
}: InternalClientOptions): InternalClient {
  const agent = {
    http: new http.Agent({ keepAlive: true }),
    https: new https.Agent({ keepAlive: true }),
  };
  const client = got.extend({
    agent,
    method: 'POST',
    headers: { authorization: `Bearer ${serviceToken}`, 'content-type': 'application/json' },
    timeout: { request: timeoutMs },
    retry: { limit: 0 },
    followRedirect: false,
    throwHttpErrors: false,
  });
  return {
    async post(path, body) {
      const { statusCode, body: text } = await client(`${baseUrl}${path}`, { body: JSON.stringify(body) });
      return { status: statusCode, isOk: statusCode >= 200 && statusCode < 300, text };
    },
    close() {
      agent.http.destroy();
      agent.https.destroy();
    },
  };
}
