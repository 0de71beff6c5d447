import http from 'node:http';
import https from 'node:https';
import type { LookupFunction, Socket } from 'node:net';
import { EgressBlockedError } from './egress-blocked-error.ts';
import { createGuardedLookup, type ResolveAll } from './guarded-lookup.ts';
import { createNameResolver } from './name-resolver.ts';
import { peerFault } from './peer-fault.ts';
import type { EgressPolicy } from './policy.ts';
import { createSharedLookup } from './shared-lookup.ts';
import { trustBesidesDefaults } from './trusted-authorities.ts';

/** Agents for Node's HTTP and for got's `agent` option. */
export interface GuardedAgents {
  readonly http: http.Agent;
  readonly https: https.Agent;
  /** Destroys every socket, those in use included. */
  close(): void;
}

/** What an agent hands to `createConnection`: request options with host and port made out. */
type ConnectionOptions = http.ClientRequestArgs & { socket?: unknown };

const IDLE_TIMEOUT_MS = 30_000;

/**
 * Builds keep-alive agents whose sockets can only reach what the policy allows. Checked are the port and the
 * host before anything is opened (Node never calls `lookup` for literal addresses), every address that a name
 * resolves to, and the peer's address once connected, before a byte is written. A refusal is an
 * {@link EgressBlockedError} on the request, as a failed name resolution would be.
 *
 * Only requests that use these agents are guarded: not HTTP/2, redirects or other agents of the caller.
 * Certificates are always verified, whatever `rejectUnauthorized` a request or the environment asks for.
 *
 * @param options.lookup resolves names; by default as the system does, off libuv's thread pool, with one question at
 * a time per name and answers kept for three seconds.
 * @param options.ca PEM certificates to trust besides the default authorities.
 * @param options.maxSocketsPerHost sockets per scheme, host and port. No limit by default: a request that waits
 * for a socket spends its deadline, and destinations on one host would hold each other up.
 * @param options.idleTimeoutMs how long an unused socket is kept; a server's shorter `Keep-Alive` hint wins.
 * @throws {Error} if `ca` holds no readable certificate.
 */
export function createGuardedAgents({
  policy,
  lookup = createSharedLookup(createNameResolver()),
  ca,
  maxSocketsPerHost = Number.POSITIVE_INFINITY,
  idleTimeoutMs = IDLE_TIMEOUT_MS,
}: {
  policy: EgressPolicy;
  lookup?: ResolveAll;
  ca?: string;
  maxSocketsPerHost?: number;
  idleTimeoutMs?: number;
}): GuardedAgents {
  const shared = { keepAlive: true, maxSockets: maxSocketsPerHost, timeout: idleTimeoutMs };
  const secureContext = ca === undefined ? {} : { secureContext: trustBesidesDefaults(ca) };
  const httpAgent = new http.Agent(shared);
  const httpsAgent = new https.Agent({ ...shared, ...secureContext, rejectUnauthorized: true });

  const guardedLookup = createGuardedLookup({ policy, resolve: lookup });
  guardConnections(httpAgent, policy, guardedLookup);
  guardConnections(httpsAgent, policy, guardedLookup);

  return {
    http: httpAgent,
    https: httpsAgent,
    close() {
      httpAgent.destroy();
      httpsAgent.destroy();
    },
  };
}

function guardConnections(agent: http.Agent, policy: EgressPolicy, guardedLookup: LookupFunction): void {
  const connect = agent.createConnection.bind(agent);

  agent.createConnection = (options: ConnectionOptions, callback) => {
    const host = options.host ?? 'localhost';
    const refusal = targetRefusal(policy, host, options);
    if (refusal !== null) return connect(neverConnecting(options, refusal), callback);

    const socket = connect({ ...options, host, lookup: guardedLookup }, callback) as Socket;
    // Prepended: the listeners already there would start the TLS handshake or write the request.
    socket.prependOnceListener('connect', () => {
      const fault = peerFault(policy, host, socket.remoteAddress);
      if (fault !== null) socket.destroy(fault);
    });
    return socket;
  };
}

function targetRefusal(policy: EgressPolicy, host: string, options: ConnectionOptions): Error | null {
  if (options.path || options.socketPath || options.socket) {
    return new EgressBlockedError({ host, reason: 'only TCP connections of its own are allowed' });
  }
  for (const verdict of [policy.judgePort(Number(options.port)), policy.judgeHost(host)]) {
    if (!verdict.allowed) return new EgressBlockedError({ host, reason: verdict.reason });
  }
  return null;
}

/**
 * Options for a socket that fails like an unresolvable name. Thrown, or given to the agent's callback, the
 * refusal would leave requests that wait for this socket's place in the pool waiting for ever.
 */
function neverConnecting(options: ConnectionOptions, refusal: Error): ConnectionOptions {
  const lookup: LookupFunction = (_hostname, _options, callback) => callback(refusal, []);
  return {
    ...options,
    host: 'refused.invalid',
    path: null,
    socketPath: undefined,
    socket: undefined,
    lookup,
  };
}
