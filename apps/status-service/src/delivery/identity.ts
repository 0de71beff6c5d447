import { createHash } from 'node:crypto';
import { v5 as uuidV5 } from 'uuid';

/**
 * A delivery's id: the same for the same alert and destination, in every process. Callers choose
 * destinations' ids, and Postgres takes any 16 bytes; as text, only what RFC 9562 knows would do as a namespace.
 */
export function deliveryIdOf(alertId: string, destinationId: string): string {
  return uuidV5(alertId, Buffer.from(destinationId.replaceAll('-', ''), 'hex'));
}

/** The shard of a destination's jobs, evenly spread over destination ids. */
export function shardOf(destinationId: string, shards: number): number {
  if (shards === 1) return 0;
  return createHash('sha1').update(destinationId).digest().readUInt32BE() % shards;
}
