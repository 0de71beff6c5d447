import { createBatcher } from '@tocsin/batcher';
import { withContext } from '@tocsin/contract';
import { anyLength, type Database, dayStatement, isRefusal } from '@tocsin/store';
import { LRUCache } from 'lru-cache';

export interface AlertBodies {
  /**
   * The body to POST: the payload of the alert, with its context where the destination asks for it.
   * @returns null where the alert is no longer kept
   */
  get(key: { day: string; alertId: string }, includeContext: boolean): Promise<Buffer | null>;
  close(): Promise<void>;
}

interface StoredBody {
  payload: string;
  context: string | null;
}

const CACHE_BYTES_MAX = 32 * 1024 * 1024;
/** What an entry takes beside its body. */
const ENTRY_BYTES = 512;
/** Bodies read at once. Each may be 256 KiB, and is there as bytes of the connection, as text and as body for a while. */
const BATCH = 40;

/** Loads alerts' bodies in batches and keeps the latest, so that one fetch serves an alert's whole fan-out. */
export function createAlertBodies(database: Database): AlertBodies {
  const cache = new LRUCache<string, Promise<Buffer | null>>({
    max: 20_000,
    maxSize: CACHE_BYTES_MAX,
    // The size is not known before the body is here; until then it counts as a small alert.
    sizeCalculation: () => 2_048,
  });
  const batcher = createBatcher<{ day: string; alertId: string }, StoredBody | null>({
    batchSizeMax: BATCH,
    concurrency: 1,
    run: (keys) => database.outage.answerOf(() => readBodies(database, keys)),
    isRefusal,
  });

  function load(cacheKey: string, key: { day: string; alertId: string }, includeContext: boolean) {
    const body = batcher.add(key).then((stored) => {
      if (stored === null) {
        cache.delete(cacheKey);
        return null;
      }
      const text = includeContext ? withContext(stored.payload, stored.context) : stored.payload;
      const bytes = inMemoryOfItsOwn(text);
      cache.set(cacheKey, body, { size: bytes.length + ENTRY_BYTES });
      return bytes;
    });
    body.catch(() => cache.delete(cacheKey));
    return body;
  }

  return {
    get: (key, includeContext) => {
      const cacheKey = `${includeContext ? '+' : '-'}${key.alertId}`;
      const known = cache.get(cacheKey);
      if (known !== undefined) return known;
      const body = load(cacheKey, key, includeContext);
      cache.set(cacheKey, body);
      return body;
    },
    close: () => batcher.close(),
  };
}

/**
 * `Buffer.from` cuts small buffers from a slab of `Buffer.poolSize` (64 KiB in Node 24), which it shares with the rest
 * of the process. A body that is kept would keep its whole slab, so that the cache would hold several times what it
 * counts. So each body is copied into memory of its own.
 */
function inMemoryOfItsOwn(text: string): Buffer {
  const bytes = Buffer.allocUnsafeSlow(Buffer.byteLength(text));
  bytes.write(text);
  return bytes;
}

const READ = dayStatement(
  'read bodies',
  'alerts',
  ({ table, days }) => `
SELECT alert_id AS "alertId", payload, context FROM ${table}
WHERE received_day = ANY(${days('$1')}) AND alert_id = ANY(${anyLength('$2', 'text')})`,
);

async function readBodies(
  database: Database,
  keys: { day: string; alertId: string }[],
): Promise<(StoredBody | null)[]> {
  const days = [...new Set(keys.map((key) => key.day))];
  const { rows } = await database.pool.query<StoredBody & { alertId: string }>(
    READ(days, [days, keys.map((key) => key.alertId)]),
  );
  const byId = new Map(rows.map((row) => [row.alertId, row]));
  return keys.map((key) => byId.get(key.alertId) ?? null);
}
