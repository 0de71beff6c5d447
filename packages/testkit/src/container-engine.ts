import { setTimeout as delay } from 'node:timers/promises';
import type { ImageName as ImageNameClass } from 'testcontainers';
import { firstLine } from './provide-first.ts';

const PROBE_TIMEOUT_MS = 15_000;
const PULL_TIMEOUT_MS = 180_000;

export interface ContainerEngine {
  /** For a person: `Docker 28.1.0`. */
  name: string;
  hasImage(image: string): Promise<boolean>;
  /** @throws Error when the registry doesn't answer in time or refuses */
  pull(image: string): Promise<void>;
}

/** The Docker engine that testcontainers finds (DOCKER_HOST, its own settings, the usual sockets), or null. */
export async function findContainerEngine(): Promise<ContainerEngine | null> {
  // Loaded on demand: it takes a second, and most tests need no container.
  const { getContainerRuntimeClient, ImageName } = await import('testcontainers');
  const client = await within(PROBE_TIMEOUT_MS, getContainerRuntimeClient()).catch(() => null);
  if (client === null) return null;
  const named = (image: string): ImageNameClass => ImageName.fromString(image);
  return {
    name: `Docker ${client.info.containerRuntime.serverVersion}`,
    hasImage: (image) => client.image.exists(named(image)),
    async pull(image) {
      await within(PULL_TIMEOUT_MS, client.image.pull(named(image), { force: false, platform: undefined }));
    },
  };
}

/**
 * Makes sure that the engine has the image, pulling it where it has to.
 *
 * @returns why it cannot be used, or null
 */
export async function obtainImage(engine: ContainerEngine, image: string): Promise<string | null> {
  if (await engine.hasImage(image)) return null;
  try {
    await engine.pull(image);
    return null;
  } catch (error) {
    return `${engine.name} answers, but has no image ${image} and could not pull it: ${firstLine(error)}`;
  }
}

async function within<T>(timeoutMs: number, work: Promise<T>): Promise<T> {
  const stop = new AbortController();
  const late = delay(timeoutMs, undefined, { signal: stop.signal }).then(() => {
    throw new Error(`no answer within ${timeoutMs} ms`);
  });
  late.catch(() => {});
  try {
    return await Promise.race([work, late]);
  } finally {
    stop.abort();
  }
}
