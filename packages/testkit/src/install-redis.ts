import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { findProgram } from './find-program.ts';
import type { Attempt } from './provide-first.ts';
import { redisFromPath } from './redis-server.ts';

const run = promisify(execFile);
const INSTALL_TIMEOUT_MS = 300_000;

/** What decides whether a package may be installed here. */
export interface Machine {
  /** The user's id, or null where the system has none. */
  uid: number | null;
  /** The text of /etc/os-release, or null where there is none. */
  osRelease: string | null;
  hasAptGet: boolean;
}

/** Whether installing with apt is possible and fitting: as root on Debian, Ubuntu or what is like them. */
export function refuseToInstall(machine: Machine): string | null {
  const names = /^ID(?:_LIKE)?=(.*)$/gm;
  const ids = [...(machine.osRelease ?? '').matchAll(names)].flatMap(([, value]) =>
    (value ?? '').replaceAll('"', '').split(' '),
  );
  if (!ids.some((id) => id === 'debian' || id === 'ubuntu')) return 'not installed: not a Debian or Ubuntu';
  if (!machine.hasAptGet) return 'not installed: no apt-get on the PATH';
  if (machine.uid !== 0) return 'not installed: apt-get needs root';
  return null;
}

/** Installs the package `redis-server` where that is fitting, and starts the program it brings. */
export async function redisFromPackage(env: NodeJS.ProcessEnv): Promise<Attempt> {
  const aptGet = await findProgram('apt-get', env.PATH);
  const refusal = refuseToInstall({
    uid: process.getuid?.() ?? null,
    osRelease: await readFile('/etc/os-release', 'utf8').catch(() => null),
    hasAptGet: aptGet !== null,
  });
  if (refusal !== null || aptGet === null) return { kind: 'unavailable', reason: `${refusal}` };
  const options = { env: { ...env, DEBIAN_FRONTEND: 'noninteractive' }, timeout: INSTALL_TIMEOUT_MS };
  await run(aptGet, ['update'], options);
  await run(aptGet, ['install', '-y', '--no-install-recommends', 'redis-server'], options);
  const attempt = await redisFromPath(env);
  if (attempt.kind === 'unavailable') return attempt;
  return {
    kind: 'provided',
    server: { ...attempt.server, how: `${attempt.server.how}, installed by apt-get` },
  };
}
