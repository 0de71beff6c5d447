import { createGuardedAgents, type GuardedAgents } from '../src/index.ts';
import type { RecordingServer } from './recording-server.ts';

/** Keeps what one test opens, and closes it afterwards: agents first, since servers wait for connections to end. */
export interface Opened {
  start(startServer: () => Promise<RecordingServer>): Promise<RecordingServer>;
  agentsFor(options: Parameters<typeof createGuardedAgents>[0]): GuardedAgents;
  closeAll(): Promise<void>;
}

export function createOpened(): Opened {
  const servers: RecordingServer[] = [];
  const agents: GuardedAgents[] = [];
  return {
    async start(startServer) {
      const server = await startServer();
      servers.push(server);
      return server;
    },
    agentsFor(options) {
      const guarded = createGuardedAgents(options);
      agents.push(guarded);
      return guarded;
    },
    async closeAll() {
      for (const guarded of agents.splice(0)) guarded.close();
      for (const server of servers.splice(0)) await server.close();
    },
  };
}
