import { findProgram } from './find-program.ts';
import { installPackages } from './install-package.ts';
import { firstLine } from './provide-first.ts';
import type { ProvideOptions } from './provide-redis.ts';

export type Nginx = { kind: 'provided'; program: string } | { kind: 'unavailable'; reason: string };

/** Where distributions put a server that is not meant for users. */
const SYSTEM_FOLDERS = '/usr/sbin:/usr/local/sbin:/sbin';

/** The `nginx` on the PATH; else, as root on Debian or Ubuntu, one installed by apt. Nothing is started. */
export async function provideNginx({ env = process.env }: ProvideOptions = {}): Promise<Nginx> {
  const find = () => findProgram('nginx', `${env.PATH}:${SYSTEM_FOLDERS}`);
  const installed = await find();
  if (installed !== null) return { kind: 'provided', program: installed };
  const refusal = await installPackages(['nginx-light'], env).catch(firstLine);
  const program = refusal === null ? await find() : null;
  if (program !== null) return { kind: 'provided', program };
  return { kind: 'unavailable', reason: `no nginx on the PATH; ${refusal ?? 'nginx-light brought none'}` };
}
