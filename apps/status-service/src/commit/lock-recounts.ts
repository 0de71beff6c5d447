import type { Transaction } from '@tocsin/store';

/**
 * Lets other recounts wait until this transaction has ended. They find the counts corrected then, and do not add the
 * same difference once more.
 */
export async function lockRecounts(client: Transaction): Promise<void> {
  await client.query(`SELECT pg_advisory_xact_lock(hashtext('tocsin recount'))`);
}
