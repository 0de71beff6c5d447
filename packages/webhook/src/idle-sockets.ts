import type { Agent } from 'node:http';

/**
 * Closes an agent's idle connections to one origin, so that its next request to it opens a new one. Connections in use
 * are left alone. Where one idle connection turned out closed, the others are as old and as doubtful.
 *
 * An agent that keeps nothing, or a `createConnection` without an agent, would do as well but would leave the guarded
 * agent's options (look-up, authorities, limits) behind.
 *
 * @param host as in a request's `hostname`: an IPv6 address without brackets
 */
export function closeIdleSockets(agent: Agent, host: string, port: number): void {
  // Documented of `agent.getName`: the name of a pool begins with host and port, for HTTPS too.
  const prefix = `${host}:${port}:`;
  for (const [name, sockets] of Object.entries(agent.freeSockets)) {
    if (!name.startsWith(prefix)) continue;
    for (const socket of sockets ?? []) socket.destroy();
  }
}
