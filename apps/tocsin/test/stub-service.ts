import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { gunzipSync } from 'node:zlib';
import { postAlerts, previewRoute } from '@tocsin/contract';
import { createAuthenticator, createHttpHandler, defineRoute } from '@tocsin/http';
import { generateApiKey } from '@tocsin/secrets';
import { createLogger, createMetrics } from '@tocsin/service';

/** What reached a service's handlers. */
export interface Arrived {
  contentType: string;
  body: Buffer;
}

/** A service's HTTP side with the real rules for keys and bodies, which stores nothing and counts what it is sent. */
export interface StubService {
  address: string;
  /** A valid key that may do everything. */
  key: string;
  arrived: Arrived[];
  /** Bytes read from all connections so far, headers included. */
  bytesRead(): number;
  close(): Promise<void>;
}

export async function createStubService({ requestTimeoutMs = 60_000 } = {}): Promise<StubService> {
  const { key, id, secretHash } = generateApiKey();
  const arrived: Arrived[] = [];
  const handler = createHttpHandler({
    service: 'stub',
    routes: [
      defineRoute(postAlerts, async ({ rawBody: { bytes, isGzip }, contentType }) => {
        arrived.push({ contentType, body: isGzip ? gunzipSync(bytes) : bytes });
        return { accepted: 0, duplicates: 0, rejected: 0, results: [] };
      }),
      defineRoute(previewRoute, async ({ body }) => {
        arrived.push({ contentType: 'application/json', body: Buffer.from(JSON.stringify(body)) });
        return { rule: 'filters' as const, destinationIds: [], skipped: [], notes: [] };
      }),
    ],
    authenticate: createAuthenticator({
      findKey: async (asked) =>
        asked === id ? { id, name: 'stub', scopes: ['admin'], secretHash, revokedAt: null } : null,
    }),
    readiness: async () => ({}),
    rateLimitPerSecond: 100_000,
    log: createLogger({ level: 'silent', service: 'stub' }),
    metrics: createMetrics('stub'),
  });
  const { server, sockets } = await serve(handler, requestTimeoutMs);
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    key,
    arrived,
    bytesRead: () => sockets.reduce((sum, socket) => sum + socket.bytesRead, 0),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function serve(
  handler: RequestListener,
  requestTimeout: number,
): Promise<{ server: Server; sockets: Socket[] }> {
  const server = createServer(
    { requestTimeout, headersTimeout: requestTimeout, connectionsCheckingInterval: 50 },
    handler,
  );
  const sockets: Socket[] = [];
  server.on('connection', (socket) => sockets.push(socket));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { server, sockets };
}
