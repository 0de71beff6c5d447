import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { generateApiKey, generateSecretKeys } from '@tocsin/secrets';
import { errorText } from '../output/error-text.ts';
import { UsageError } from '../usage-error.ts';

/** Secrets that `tocsin up` makes for itself on first use. */
export interface LocalSecrets {
  adminKey: string;
  secretKeys: string;
}

/**
 * Makes the folder for its owner alone. Call it first: other code would create the folder with access for everyone.
 *
 * @throws UsageError where it cannot be made
 */
export function makeDataFolder(dataDir: string): void {
  try {
    makeFolder(path.resolve(dataDir));
  } catch (error) {
    throw new UsageError(
      `The data folder ${dataDir} cannot be made: ${errorText(error)}. Choose another with --data-dir.`,
      { cause: error },
    );
  }
}

/** Level by level: Node's own `recursive` never ends in a folder that refuses new folders (/proc). */
function makeFolder(folder: string): void {
  if (existsSync(folder)) {
    if (!statSync(folder).isDirectory()) throw new Error(`${folder} is a file`);
    return;
  }
  makeFolder(path.dirname(folder));
  mkdirSync(folder, { mode: 0o700 });
}

/**
 * Secrets from the settings, else from the data folder, else new ones, stored there readable only by their owner.
 * Losing `secret-keys` would make every stored header value and signing secret unreadable.
 *
 * @param dataDir an existing folder
 */
export function keepLocalSecrets(
  dataDir: string,
  given: { adminKey: string | undefined; secretKeys: string | undefined },
): LocalSecrets {
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
