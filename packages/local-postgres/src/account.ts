import { readFileSync } from 'node:fs';

/** Whom the server runs as; undefined where the current user will do. */
export interface Account {
  uid: number;
  gid: number;
}

/** In this order: the user that Postgres packages make, else the one that every Linux has. */
const NAMES = ['postgres', 'nobody'];

/**
 * Postgres refuses to run as root, for good reasons. Root therefore runs it as `postgres`, where there is such a user,
 * or as `nobody`; the system is not changed.
 *
 * @param uid the current user's id
 * @param passwd the text of /etc/passwd
 */
export function accountFor(uid: number | undefined, passwd: () => string = readPasswd): Account | undefined {
  if (uid !== 0) return undefined;
  const entries = passwd()
    .split('\n')
    .map((line) => line.split(':'));
  for (const name of NAMES) {
    const entry = entries.find(([user]) => user === name);
    if (entry !== undefined) return { uid: Number(entry[2]), gid: Number(entry[3]) };
  }
  throw new Error(
    'Postgres cannot run as root, and there is neither a user "postgres" nor "nobody"; set DATABASE_URL',
  );
}

function readPasswd(): string {
  return readFileSync('/etc/passwd', 'utf8');
}
