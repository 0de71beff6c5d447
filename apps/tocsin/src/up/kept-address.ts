import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Closable } from '@tocsin/service';
import { ADDRESS_FILE } from '../connection.ts';

/**
 * Writes Tocsin's address to the data folder, so that other commands find it, whatever its port. Closing deletes it,
 * unless another process has written its own.
 */
export function keepAddress(dataDir: string, url: string): Closable {
  const file = path.join(dataDir, ADDRESS_FILE);
  writeFileSync(file, `${url}\n`, { mode: 0o600 });
  return {
    close() {
      if (readFileSync(file, 'utf8').trim() === url) rmSync(file);
    },
  };
}
