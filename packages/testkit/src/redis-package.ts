import { installPackages } from './install-package.ts';
import type { Attempt } from './provide-first.ts';
import { redisFromPath } from './redis-server.ts';

/** Installs the package `redis-server` where that is fitting, and starts the program it brings. */
export async function redisFromPackage(env: NodeJS.ProcessEnv): Promise<Attempt> {
  const refusal = await installPackages(['redis-server'], env);
  if (refusal !== null) return { kind: 'unavailable', reason: refusal };
  const attempt = await redisFromPath(env);
  if (attempt.kind === 'unavailable') return attempt;
  return {
    kind: 'provided',
    server: { ...attempt.server, how: `${attempt.server.how}, installed by apt-get` },
  };
}
