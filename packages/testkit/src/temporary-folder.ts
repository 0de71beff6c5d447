import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** Makes an empty folder that only its owner can read, below the system's place for temporary files. */
export async function createTemporaryFolder(name: string): Promise<string> {
  return mkdtemp(path.join(tmpdir(), `tocsin-${name}-`));
}

export async function removeFolder(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true, maxRetries: 3 });
}
