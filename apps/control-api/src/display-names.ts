import { ProblemError } from '@tocsin/contract';
import type { Tables } from '@tocsin/store';
import { sql, type Transaction } from 'kysely';

/** What display names are compared by: the same on every database, whose own `lower` follows its locale. Pure. */
export const foldName = (name: string): string => name.toLowerCase();

/**
 * Keeps display names unique. The caller holds the lock that lets one change of destinations run at a time.
 *
 * @param id of the destination that is to have the name; where it has it already, there is nothing to check
 * @throws ProblemError `display_name_taken`
 */
export async function refuseTakenName(
  transaction: Transaction<Tables>,
  { id, name }: { id: string; name: string },
): Promise<void> {
  // Names of ASCII letters are compared by Postgres; the few others are looked at here.
  const { rows } = await sql<{ id: string; name: string }>`
    SELECT id, display_name AS name FROM destinations
    WHERE deleted_at IS NULL AND (id = ${id} OR octet_length(display_name) <> char_length(display_name)
      OR lower(display_name COLLATE "C") = ${foldName(name)})`.execute(transaction);
  if (rows.some((row) => row.id === id && row.name === name)) return;
  if (rows.every((row) => row.id === id || foldName(row.name) !== foldName(name))) return;
  throw displayNameTaken();
}

export const displayNameTaken = () =>
  new ProblemError('display_name_taken', {
    detail: 'Another destination has this display name; upper and lower case count as equal.',
  });
