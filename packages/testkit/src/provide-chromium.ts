import { findProgram, isExecutable, versionOf } from './find-program.ts';
import { installPackages } from './install-package.ts';
import { firstLine, ProvisionError } from './provide-first.ts';

/** A browser for tests. */
export interface Chromium {
  /** The program to start. */
  path: string;
  /** Where it came from, for a person. */
  how: string;
}

export interface ProvideChromiumOptions {
  /** Where settings are read from; by default the process's own environment. */
  env?: NodeJS.ProcessEnv;
}

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'] as const;

const ADVICE =
  'Install Chromium (Debian: apt-get install chromium; macOS: brew install --cask chromium), ' +
  'or set CHROMIUM_PATH to a Chromium or Chrome.';

/**
 * A Chromium for tests: the one of `CHROMIUM_PATH`; else one on the PATH; else, as root on Debian or Ubuntu, one
 * installed by apt.
 *
 * @throws ProvisionError saying what was tried and what to install
 */
export async function provideChromium({ env = process.env }: ProvideChromiumOptions = {}): Promise<Chromium> {
  const given = env.CHROMIUM_PATH;
  if (given) {
    if (await isExecutable(given)) return describe(given, 'CHROMIUM_PATH');
    throw new ProvisionError(`Tests need Chromium, and CHROMIUM_PATH (${given}) is no program. ${ADVICE}`);
  }
  const found = await findChromium(env);
  if (found !== null) return describe(found, 'on the PATH');
  const refusal = await installPackages(['chromium'], env).catch(firstLine);
  const installed = refusal === null ? await findChromium(env) : null;
  if (installed !== null) return describe(installed, 'installed by apt-get');
  throw new ProvisionError(
    [
      'Tests need Chromium, and none could be provided:',
      '  - none on the PATH',
      `  - ${refusal}`,
      ADVICE,
    ].join('\n'),
  );
}

async function findChromium(env: NodeJS.ProcessEnv): Promise<string | null> {
  for (const name of NAMES) {
    const path = await findProgram(name, env.PATH);
    if (path !== null) return path;
  }
  return null;
}

async function describe(path: string, source: string): Promise<Chromium> {
  return { path, how: `${path} ${await versionOf(path)}, ${source}` };
}
