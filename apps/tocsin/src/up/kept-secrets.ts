import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { generateApiKey, generateSecretKeys } from '@tocsin/secrets';

/** Secrets that `tocsin up` makes for itself on first use. */
export interface KeptSecrets {
  adminKey: string;
  secretKeys: string;
}

/** Makes the folder for its owner alone. To be called before anything else is put there, which would make it for all. */
export function makeDataFolder(dataDir: string): void {
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
}

/**
 * What the settings give, else what the data folder keeps, else new ones that it then keeps, readable by their owner
 * alone. Losing `secret-keys` would make every stored header value and signing secret unreadable.
 *
 * @param dataDir a folder that is there
 */
export function keepSecrets(
  dataDir: string,
  given: { adminKey: string | undefined; secretKeys: string | undefined },
): KeptSecrets {
  return {
    adminKey: given.adminKey ?? keep(path.join(dataDir, 'admin-key'), () => generateApiKey().key),
    secretKeys: given.secretKeys ?? keep(path.join(dataDir, 'secret-keys'), generateSecretKeys),
  };
}

function keep(file: string, make: () => string): string {
  if (!existsSync(file)) {
    writeFileSync(`${file}.new`, `${make()}\n`, { mode: 0o600 });
    renameSync(`${file}.new`, file);
  }
  chmodSync(file, 0o600);
  return readFileSync(file, 'utf8').trim();
}
