import { X509Certificate } from 'node:crypto';
import http from 'node:http';
import https from 'node:https';
import { isIP, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { createSecureContext, getCACertificates, type SecureContext } from 'node:tls';
import { connectAny } from './connect-any.ts';
import { EgressBlockedError } from './egress-blocked-error.ts';
import { createGuardedLookup, type GuardedLookup, type ResolveAll } from './guarded-lookup.ts';
import { createNameResolver } from './name-resolver.ts';
import type { EgressPolicy } from './policy.ts';
import { createSharedLookup } from './shared-lookup.ts';

/** Agents for Node's HTTP and for got's `agent` option. */
export interface GuardedAgents {
  readonly http: http.Agent;
  readonly https: https.Agent;
  /** Destroys every socket, those in use and those that are being connected included. */
  close(): void;
}

/**
 * The progress of a request's connection, updated while it is made: given as the request option `connectionProgress`.
 * Times are those of `performance.now()`, absent until then. A request that gets a kept connection leaves it untouched.
 */
export interface ConnectionProgress {
  /** Aborts a connection that is being made; destroying its request does not abort it. */
  readonly signal: AbortSignal;
  startedAt?: number;
  /** Its addresses are known. */
  lookedUpAt?: number;
  connectedAt?: number;
  securedAt?: number;
  /** The address that was connected to, or the last one tried. */
  ip?: string;
}

/** What an agent hands to `createConnection`: request options with host and port filled in. */
type ConnectionOptions = http.ClientRequestArgs & {
  socket?: unknown;
  connectionProgress?: ConnectionProgress;
};

const IDLE_TIMEOUT_MS = 30_000;
/** Idle connections of each agent, to all receivers together: one with TLS takes some 50 KiB. */
const IDLE_SOCKETS_MAX = 500;
/** The longest deadline of an attempt. */
const CONNECT_MS_MAX = 30_000;

/**
 * Builds keep-alive agents whose sockets can only reach what the policy allows. Checked are the port and the
 * host before anything is opened (Node never calls `lookup` for literal addresses), every address that a name
 * resolves to, and the peer's address once connected, before a byte is written. A refusal is an
 * {@link EgressBlockedError} on the request, as a failed name resolution would be.
 *
 * A name is connected to at whichever of its addresses can be reached first: see {@link connectAny}.
 *
 * Only requests that use these agents are guarded: not HTTP/2, redirects or other agents of the caller.
 * Certificates are always verified, whatever `rejectUnauthorized` a request or the environment asks for.
 *
 * @param options.lookup resolves names; by default as the system does, off libuv's thread pool, with one question at
 * a time per name and answers kept for three seconds.
 * @param options.ca PEM certificates to trust besides the default authorities.
 * @param options.idleTimeoutMs how long an unused socket is kept; a server's shorter `Keep-Alive` hint wins.
 * @param options.idleSocketsMax how many are kept by each agent; beyond them, the one that is unused for longest is closed.
 * @throws {Error} if `ca` holds no readable certificate.
 */
export function createGuardedAgents({
  policy,
  lookup = createSharedLookup(createNameResolver()),
  ca,
  idleTimeoutMs = IDLE_TIMEOUT_MS,
  idleSocketsMax = IDLE_SOCKETS_MAX,
}: {
  policy: EgressPolicy;
  lookup?: ResolveAll;
  ca?: string;
  idleTimeoutMs?: number;
  idleSocketsMax?: number;
}): GuardedAgents {
  const shared = { keepAlive: true, timeout: idleTimeoutMs };
  const secureContext = ca === undefined ? {} : { secureContext: trustBesidesDefaults(ca) };
  const httpAgent = new http.Agent(shared);
  const httpsAgent = new https.Agent({ ...shared, ...secureContext, rejectUnauthorized: true });

  const closing = new AbortController();
  const guard = {
    policy,
    lookUp: createGuardedLookup({ policy, resolve: lookup }),
    closing: closing.signal,
  };
  guardConnections(httpAgent, { ...guard, isSecure: false });
  guardConnections(httpsAgent, { ...guard, isSecure: true });
  for (const agent of [httpAgent, httpsAgent]) limitIdleSockets(agent, idleSocketsMax);

  return {
    http: httpAgent,
    https: httpsAgent,
    close() {
      closing.abort(Object.assign(new Error('the agents are closed'), { code: 'ECONNRESET' }));
      httpAgent.destroy();
      httpsAgent.destroy();
    },
  };
}

interface Guard {
  readonly policy: EgressPolicy;
  readonly lookUp: GuardedLookup;
  readonly isSecure: boolean;
  readonly closing: AbortSignal;
}

function guardConnections(agent: http.Agent, { policy, lookUp, isSecure, closing }: Guard): void {
  const connect = agent.createConnection.bind(agent);

  /** Ends as soon as it is aborted, even during a look-up. */
  function openUntilGivenUp(options: ConnectionOptions): Promise<Socket> {
    const signal = AbortSignal.any([
      closing,
      AbortSignal.timeout(CONNECT_MS_MAX),
      ...(options.connectionProgress === undefined ? [] : [options.connectionProgress.signal]),
    ]);
    const { promise: givenUp, reject } = Promise.withResolvers<never>();
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
    return Promise.race([givenUp, open(options, signal)]);
  }

  async function open(options: ConnectionOptions, signal: AbortSignal): Promise<Socket> {
    const { connectionProgress: progress } = options;
    const host = options.host ?? 'localhost';
    const port = Number(options.port);
    const note = (facts: Omit<ConnectionProgress, 'signal'>) => {
      if (progress !== undefined) Object.assign(progress, facts);
    };
    note({ startedAt: performance.now() });
    await policy.known(port);
    const refusal = targetRefusal(policy, host, port, options);
    if (refusal !== null) throw refusal;
    const addresses =
      isIP(host) === 0
        ? await lookUp(host, { port, family: options.family, hints: options.hints })
        : [{ address: host, family: isIP(host) }];
    note({ lookedUpAt: performance.now() });
    const connectedAt = new Map<string, number>();
    const { socket, ip } = await connectAny({
      addresses,
      isSecure,
      signal,
      connect: (address) => guarded(connect({ ...options, host: address }) as Socket, host, port),
      listener: {
        trying: (address) => note({ ip: address }),
        connected: (address) => {
          connectedAt.set(address, performance.now());
          note({ connectedAt: performance.now() });
        },
      },
    });
    const atMs = performance.now();
    note({ ip, connectedAt: connectedAt.get(ip) ?? atMs, ...(isSecure && { securedAt: atMs }) });
    return socket;
  }

  function guarded(socket: Socket, host: string, port: number): Socket {
    // Prepended: the listeners already there would start the TLS handshake.
    socket.prependOnceListener('connect', () => {
      const fault = peerFault(policy, host, port, socket.remoteAddress);
      if (fault !== null) socket.destroy(fault);
    });
    return socket;
  }

  agent.createConnection = (options: ConnectionOptions, callback) => {
    openUntilGivenUp(options).then(
      // A turn later, so that an error of the callback does not reject the promise.
      (socket) => process.nextTick(() => callback?.(null, socket)),
      (error) => process.nextTick(() => callback?.(error, undefined as never)),
    );
    return undefined;
  };
}

/** Node's own limit, `maxFreeSockets`, is for each origin, and there may be ten thousand of them. */
function limitIdleSockets(agent: http.Agent, idleSocketsMax: number): void {
  const keep = agent.keepSocketAlive.bind(agent) as (socket: Duplex) => unknown;
  const reuse = agent.reuseSocket.bind(agent);
  const known = new WeakSet<Duplex>();
  /** The one that is unused for longest first. */
  const idle = new Set<Duplex>();

  agent.keepSocketAlive = (socket: Duplex) => {
    if (!keep(socket)) return false;
    if (!known.has(socket)) socket.once('close', () => idle.delete(socket));
    known.add(socket);
    idle.add(socket);
    const [oldest] = idle;
    if (idle.size > idleSocketsMax) oldest?.destroy();
    return true;
  };
  agent.reuseSocket = (socket, request) => {
    idle.delete(socket);
    reuse(socket, request);
  };
}

function targetRefusal(
  policy: EgressPolicy,
  host: string,
  port: number,
  options: ConnectionOptions,
): Error | null {
  if (options.path || options.socketPath || options.socket) {
    return new EgressBlockedError({ host, reason: 'only TCP connections of its own are allowed' });
  }
  for (const verdict of [policy.judgePort(port), policy.judgeHost(host, port)]) {
    if (!verdict.allowed) return new EgressBlockedError({ host, reason: verdict.reason });
  }
  return null;
}

/**
 * The last check of a connection, in case the address differs from the one that was allowed.
 *
 * @param remoteAddress the peer's address as the kernel gives it, which it can't once the peer has gone.
 * @returns null if the connection may be used, or the error to destroy it with.
 */
export function peerFault(
  policy: Pick<EgressPolicy, 'judgeAnswer'>,
  host: string,
  port: number,
  remoteAddress: string | undefined,
): Error | null {
  if (remoteAddress === undefined) {
    const reset = new Error(`the connection to ${host} was reset before its peer could be checked`);
    return Object.assign(reset, { code: 'ECONNRESET' });
  }
  const verdict = policy.judgeAnswer(host, [remoteAddress], port);
  if (verdict.allowed) return null;
  return new EgressBlockedError({ host, reason: verdict.reason, addresses: [remoteAddress] });
}

const PEM_CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

/**
 * Builds the TLS context that trusts the given authorities besides the default ones. Given to TLS as plain
 * `ca`, they would replace the defaults, and all of them would be read again for every connection.
 *
 * @param pem one or more PEM certificates, the content of `TOCSIN_EGRESS_CA_FILE`.
 * @throws {Error} if there is no certificate in it or one can't be read: OpenSSL itself would ignore that, and
 * the fault would only show as destinations that fail.
 */
export function trustBesidesDefaults(pem: string): SecureContext {
  const certificates = pem.match(PEM_CERTIFICATE) ?? [];
  if (certificates.length === 0) throw new Error('the CA file holds no PEM certificate');
  certificates.forEach((certificate, index) => {
    try {
      new X509Certificate(certificate);
    } catch (cause) {
      throw new Error(`certificate ${index + 1} in the CA file can't be read`, { cause });
    }
  });
  return createSecureContext({ ca: [...getCACertificates('default'), ...certificates] });
}
