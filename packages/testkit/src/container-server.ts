import type { StartedTestContainer } from 'testcontainers';
import { type Attempt, firstLine } from './provide-first.ts';

/**
 * Makes a started container a provided server, if it answers here: an engine that publishes ports elsewhere (another
 * host, a firewall, Docker in Docker) starts containers all the same, and its proxy may accept connections that it
 * cannot pass on.
 */
export async function offerContainer(options: {
  container: StartedTestContainer;
  /** The port inside. */
  port: number;
  /** For a person: `redis:7-alpine on Docker 28.1.0`. */
  name: string;
  urlAt: (host: string, port: number) => string;
  /** Asks the server something; rejects where it doesn't answer in time. */
  probe: (url: string) => Promise<unknown>;
}): Promise<Attempt> {
  const { container, name, urlAt, probe } = options;
  const host = container.getHost();
  const port = container.getMappedPort(options.port);
  const url = urlAt(host, port);
  try {
    await probe(url);
  } catch (error) {
    await container.stop();
    const reason = `${name} started, but does not answer at ${host}:${port}: ${firstLine(error)}`;
    return { kind: 'unavailable', reason, isNotable: true };
  }
  return {
    kind: 'provided',
    server: {
      url,
      how: `a container of ${name}, port ${port}`,
      async close() {
        await container.stop();
      },
    },
  };
}
