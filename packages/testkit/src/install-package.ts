import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { findProgram } from './find-program.ts';

const run = promisify(execFile);
const INSTALL_TIMEOUT_MS = 600_000;

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

/** Apt runs once at a time; a second call waits. */
let installing: Promise<unknown> = Promise.resolve();

/**
 * Installs packages of Debian where that is fitting.
 *
 * @returns null once they are there, else why they are not installed
 * @throws Error where apt-get fails
 */
export async function installPackages(
  names: readonly string[],
  env: NodeJS.ProcessEnv,
): Promise<string | null> {
  const aptGet = await findProgram('apt-get', env.PATH);
  const refusal = refuseToInstall({
    uid: process.getuid?.() ?? null,
    osRelease: await readFile('/etc/os-release', 'utf8').catch(() => null),
    hasAptGet: aptGet !== null,
  });
  if (refusal !== null || aptGet === null) return `${refusal}`;
  const options = { env: { ...env, DEBIAN_FRONTEND: 'noninteractive' }, timeout: INSTALL_TIMEOUT_MS };
  const turn = installing.then(async () => {
    await run(aptGet, ['update'], options);
    await run(aptGet, ['install', '-y', '--no-install-recommends', ...names], options);
  });
  installing = turn.catch(() => undefined);
  await turn;
  return null;
}
