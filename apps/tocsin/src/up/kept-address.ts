import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Closable } from '@tocsin/service';
import { ADDRESS_FILE } from '../connection.ts';

/**
 * Leaves in the data folder where Tocsin is reached, so that other commands find it there, whatever its port. Closing
 * takes it away again, unless another process has put its own there.
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
