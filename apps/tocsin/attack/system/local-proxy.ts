import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { findFreePort, startChild, waitFor } from '@tocsin/testkit';

const CONFIGURATION = path.resolve(import.meta.dirname, '../../../../infra/docker/nginx.conf');

/** Where the proxy passes requests on to, as `host:port`. */
export interface Upstreams {
  ingest: string;
  status: string;
  reads: string;
  control: string;
}

export interface LocalProxy extends Pick<PreparedProxy, 'url' | 'port' | 'folder'> {
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

/** A proxy that is ready to be started by its command. */
export interface PreparedProxy {
  url: string;
  port: number;
  /** Everything it writes: its log, and whatever it puts into temporary files. */
  folder: string;
  command: readonly string[];
  remove(): void;
}

export async function prepareLocalProxy(program: string, upstreams: Upstreams): Promise<PreparedProxy> {
  const folder = mkdtempSync(path.join(tmpdir(), 'tocsin-proxy-'));
  const port = await findFreePort();
  const file = path.join(folder, 'nginx.conf');
  writeFileSync(
    file,
    localConfiguration(readFileSync(CONFIGURATION, 'utf8'), { ...upstreams, port, folder }),
  );
  return {
    ...{ url: `http://127.0.0.1:${port}`, port, folder },
    command: [program, '-c', file, '-g', 'daemon off;'],
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** Starts nginx with the configuration of docker-compose.yml in front of services on this machine. */
export async function startLocalProxy(program: string, upstreams: Upstreams): Promise<LocalProxy> {
  const { url, port, folder, command, remove } = await prepareLocalProxy(program, upstreams);
  const [, ...args] = command;
  const env = { PATH: process.env.PATH };
  const child = await startChild({ command: program, args, env, folder, orphanSignal: 'SIGTERM' });
  await waitFor(async () => child.hasExited() || (await fetch(`${url}/healthz`)).ok, {
    describe: () => `nginx to answer: ${child.stderr()}`,
  });
  if (child.hasExited()) throw new Error(`nginx ended: ${child.stderr()}`);
  return {
    ...{ url, port, folder },
    async stop() {
      await child.stop('SIGTERM', 5_000);
      remove();
    },
  };
}
