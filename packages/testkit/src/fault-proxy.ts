import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

export interface FaultProxy {
  /** The target's address with the proxy's host and port in place of its own. */
  url: string;
  port: number;
  /** Forwards everything both ways; held connections go on. */
  pass(): Promise<void>;
  /** Ends all connections and accepts none: a caller gets ECONNREFUSED. */
  refuse(): Promise<void>;
  /** Resets the connections there are, and every new one. */
  reset(): Promise<void>;
  /** Keeps connections, accepts more, and forwards nothing, as a silent server. */
  hang(): Promise<void>;
  /** Forwards nothing more on the connections there are, and keeps them; new ones pass. As behind a restarted firewall. */
  strand(): Promise<void>;
  /** Ends all connections; new ones lead to another server, as after a failover. */
  leadTo(target: string): void;
  close(): Promise<void>;
}

interface Pair {
  client: Socket;
  server: Socket;
}

/**
 * A TCP proxy in front of a server, to make that server unavailable.
 *
 * @param options.target - such as `redis://127.0.0.1:6379` or a Postgres url; with a port
 */
export async function createFaultProxy(options: { target: string }): Promise<FaultProxy> {
  let target = new URL(options.target);
  const pairs = new Set<Pair>();
  const stranded = new WeakSet<Pair>();
  let mode: 'pass' | 'hang' | 'reset' = 'pass';
  let listener: Server | null = null;
  let port = 0;

  function accept(client: Socket): void {
    client.on('error', () => {});
    if (mode === 'reset') {
      client.resetAndDestroy();
      return;
    }
    const server = connect(Number(target.port), target.hostname.replace(/^\[|\]$/g, ''));
    server.on('error', () => {});
    const pair = { client, server };
    pairs.add(pair);
    const end = () => {
      pairs.delete(pair);
      client.destroy();
      server.destroy();
    };
    client.once('close', end);
    server.once('close', end);
    if (mode === 'pass') join(pair);
    else part(pair);
  }

  async function open(): Promise<void> {
    if (listener !== null) return;
    listener = createServer({ allowHalfOpen: false, noDelay: true }, accept).listen(port, '127.0.0.1');
    await once(listener, 'listening');
    port = (listener.address() as AddressInfo).port;
  }

  async function shut(): Promise<void> {
    const closing = listener;
    listener = null;
    if (closing === null) return;
    const closed = once(closing, 'close');
    closing.close();
    endAll();
    await closed;
  }

  function endAll(): void {
    for (const { client } of pairs) breakOff(client);
  }

  await open();
  const url = new URL(target);
  url.hostname = '127.0.0.1';
  url.port = String(port);
  return {
    url: url.href,
    port,
    async pass() {
      mode = 'pass';
      for (const pair of pairs) if (!stranded.has(pair)) join(pair);
      await open();
    },
    async refuse() {
      mode = 'pass';
      await shut();
    },
    async reset() {
      mode = 'reset';
      endAll();
      await open();
    },
    async hang() {
      mode = 'hang';
      pairs.forEach(part);
      await open();
    },
    async strand() {
      for (const pair of pairs) {
        part(pair);
        stranded.add(pair);
      }
      mode = 'pass';
      await open();
    },
    leadTo(next) {
      target = new URL(next);
      endAll();
    },
    close: shut,
  };
}

/**
 * Resets a connection, unless this side has ended already: libuv refuses to reset then, Node does not close the socket
 * in that case, and the process never ends.
 */
function breakOff(client: Socket): void {
  if (client.writableEnded) client.destroy();
  else client.resetAndDestroy();
}

function join({ client, server }: Pair): void {
  client.pipe(server).pipe(client);
}

function part({ client, server }: Pair): void {
  client.unpipe(server).pause();
  server.unpipe(client).pause();
}
