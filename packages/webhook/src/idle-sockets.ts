import type { Agent as HttpAgent } from 'node:http';
import type { Agent as HttpsAgent } from 'node:https';
import { setImmediate as nextTurn } from 'node:timers/promises';

/**
 * Closes an agent's idle connections to one origin, so that its next request to it opens a new one. Connections in use
 * are left alone. If one idle connection turned out closed, the others may be closed too.
 *
 * An agent that keeps nothing, or a `createConnection` without an agent, would do as well but would leave the guarded
 * agent's options (look-up, authorities, limits) behind.
 *
 * @param host as in a request's `hostname`: an IPv6 address without brackets
 */
export function closeIdleSockets(agent: HttpAgent, host: string, port: number): void {
  // Documented of `agent.getName`: the name of a pool begins with host and port, for HTTPS too.
  const prefix = `${host}:${port}:`;
  for (const [name, sockets] of Object.entries(agent.freeSockets)) {
    if (!name.startsWith(prefix)) continue;
    for (const socket of sockets ?? []) socket.destroy();
  }
}

/**
 * Resolves once every idle connection that its receiver has closed by now is known to be closed, so that none is used.
 *
 * A close that has come in is seen when the event loop next asks the kernel, and a POST is often made before that: right
 * after a pause, 80 of 200 met a connection that was closed already. The second turn begins after such a question.
 */
export async function closedIdleSockets(): Promise<void> {
  await nextTurn();
  await nextTurn();
}

/** Where a URL's requests go: as Node's request options and its agent's pools name it. */
export function originOf(url: URL, agents: { readonly http: HttpAgent; readonly https: HttpsAgent }) {
  const isSecure = url.protocol === 'https:';
  return {
    isSecure,
    agent: isSecure ? agents.https : agents.http,
    hostname: url.hostname.startsWith('[') ? url.hostname.slice(1, -1) : url.hostname,
    port: url.port === '' ? (isSecure ? 443 : 80) : Number(url.port),
  };
}
