import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type Child, findFreePort, startChild, waitFor } from '@tocsin/testkit';

const CONFIGURATION = path.resolve(import.meta.dirname, '../../../../infra/docker/nginx.conf');

/** Where the proxy passes requests on to, as `host:port`. */
export interface Upstreams {
  ingest: string;
  status: string;
  control: string;
}

export interface LocalProxy {
  url: string;
  port: number;
  /** Everything it writes: temporary files, and no others. */
  folder: string;
  child: Child;
  stop(): Promise<void>;
}

interface Place extends Upstreams {
  port: number;
  folder: string;
}

/**
 * The configuration of docker-compose.yml's proxy for an nginx on this machine, of 1.22 or later: the same but for its
 * port and folder, and for the names of containers, which Docker alone resolves.
 *
 * @throws Error where the configuration is no longer as this expects
 */
function localConfiguration(text: string, { port, folder, ...upstreams }: Place): string {
  const change = (from: string | RegExp, to: string) => {
    const changed = text.replace(from, to);
    if (changed === text) throw new Error(`nginx.conf has nothing like ${from}`);
    text = changed;
  };
  change('listen 8080 default_server', `listen 127.0.0.1:${port} default_server`);
  change(/ \/tmp\//g, ` ${folder}/`);
  // Both are sockets here, which cannot be opened by a path.
  change('/dev/stderr', 'stderr');
  change('/dev/stdout', `${folder}/access.log`);
  change(/^ *resolver.*\n/gm, '');
  for (const [name, address] of Object.entries(upstreams)) {
    change(new RegExp(`(upstream ${name} \\{\\s+zone [^;]+;\\s+server )[^;]+`), `$1${address}`);
  }
  return text;
}

/**
 * Starts nginx with the configuration of docker-compose.yml in front of services on this machine.
 *
 * @param wrap what the command is run by, for example under a memory limit
 */
export async function startLocalProxy(
  program: string,
  upstreams: Upstreams,
  wrap: readonly string[] = [],
): Promise<LocalProxy> {
  const folder = mkdtempSync(path.join(tmpdir(), 'tocsin-proxy-'));
  const port = await findFreePort();
  const file = path.join(folder, 'nginx.conf');
  writeFileSync(
    file,
    localConfiguration(readFileSync(CONFIGURATION, 'utf8'), { ...upstreams, port, folder }),
  );
  const [command = program, ...args] = [...wrap, program, '-c', file, '-g', 'daemon off;'];
  const child = await startChild({ command, args, env: { PATH: process.env.PATH }, folder });
  const url = `http://127.0.0.1:${port}`;
  await waitFor(async () => child.hasExited() || (await fetch(`${url}/healthz`)).ok, {
    describe: () => `nginx to answer: ${child.stderr()}`,
  });
  if (child.hasExited()) throw new Error(`nginx ended: ${child.stderr()}`);
  return {
    ...{ url, port, folder, child },
    async stop() {
      await child.stop('SIGTERM', 5_000);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
