import { setTimeout as sleep } from 'node:timers/promises';
import type { Closable, Logger } from '@tocsin/service';
import { lockSession, pinSession, unlockSession } from '@tocsin/store';
import pg from 'pg';

const CONNECT_TIMEOUT_MS = 5_000;
const RETRY_MS = 2_000;
const APPLICATION = 'tocsin up: lock';

/**
 * A lock ends with its connection. If a process's machine disappears silently, Postgres notices after half a minute
 * with these settings, by default after two hours.
 */
const KEEPALIVE = `SELECT set_config('tcp_keepalives_idle', '10', false),
  set_config('tcp_keepalives_interval', '5', false),
  set_config('tcp_keepalives_count', '4', false)`;

const LOCK = 'tocsin up';

/** @returns a connection that holds the lock, or null where another has it */
async function connectLocked(databaseUrl: string): Promise<pg.Client | null> {
  const client = new pg.Client({
    connectionString: databaseUrl,
    application_name: APPLICATION,
    keepAlive: true,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    query_timeout: CONNECT_TIMEOUT_MS,
  });
  // Without a listener, the error would end the process; `end` reports the lost connection.
  client.on('error', () => undefined);
  try {
    await client.connect();
    await pinSession(client, { application_name: APPLICATION });
    await client.query(KEEPALIVE);
    if (await lockSession(client, LOCK, 'try')) return client;
  } catch (error) {
    await client.end().catch(() => undefined);
    throw error;
  }
  await client.end();
  return null;
}

/**
 * Claims a database for this process until the lock is closed or the process ends. When the connection breaks, as by a
 * restart of Postgres, the lock is taken again as soon as it can be.
 *
 * @returns null where another process has it
 * @throws what pg throws where the database cannot be reached
 */
export async function lockDatabase(databaseUrl: string, log: Logger): Promise<Closable | null> {
  const closing = new AbortController();
  const first = await connectLocked(databaseUrl);
  if (first === null) return null;
  let held: pg.Client | null = first;
  let taking = Promise.resolve();

  function watch(client: pg.Client): void {
    client.once('end', () => {
      held = null;
      if (!closing.signal.aborted) taking = takeAgain();
    });
  }

  async function takeAgain(): Promise<void> {
    while (!closing.signal.aborted) {
      const client = await connectLocked(databaseUrl).catch(() => undefined);
      if (client) {
        held = client;
        watch(client);
        return;
      }
      if (client === null)
        log.error(
          { event: 'database_lock.lost' },
          'another Tocsin uses this database; one of the two has to end',
        );
      await sleep(RETRY_MS, undefined, { signal: closing.signal }).catch(() => undefined);
    }
  }

  watch(first);
  return {
    async close() {
      closing.abort();
      await taking;
      if (held === null) return;
      await unlockSession(held, LOCK).catch(() => undefined);
      await held.end();
    },
  };
}
