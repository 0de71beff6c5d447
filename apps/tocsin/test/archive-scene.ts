import { afterAll, beforeAll, expect } from '@jest/globals';
import { createReceiver, type Receiver } from '@tocsin/testkit';
import { type Backend, createStorage, startTocsin, type TestStorage, type Tocsin } from './tocsin-process.ts';

/** What a test works with; there from its first hook on. */
export interface ArchiveScene {
  tocsin: Tocsin;
  /** Of the destination `archive`. */
  receiver: Receiver;
}

/** Tocsin with one destination that gets every alert with its context, opened and closed by hooks. */
export function setUpArchive(backend: Backend = 'postgres'): ArchiveScene {
  const scene = {} as ArchiveScene;
  let storage: TestStorage;

  beforeAll(async () => {
    storage = await createStorage(backend);
    scene.receiver = await createReceiver();
    scene.tocsin = await startTocsin(storage.env);
    const destination = { displayName: 'archive', url: scene.receiver.url, includeContext: true };
    expect((await scene.tocsin.api('POST', '/v1/destinations', destination)).status).toBe(201);
  });

  afterAll(async () => {
    await scene.tocsin?.process.stop();
    await scene.receiver?.close();
    await storage?.remove();
  });

  return scene;
}
