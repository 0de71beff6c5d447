import { createHash } from 'node:crypto';
import { v5 as uuidV5 } from 'uuid';

/** A delivery's id: the same for the same alert and destination, whoever computes it, however often. */
export function deliveryIdOf(alertId: string, destinationId: string): string {
  return uuidV5(alertId, destinationId);
}

/** The shard of a destination's jobs, evenly spread over destination ids. */
export function shardOf(destinationId: string, shards: number): number {
  if (shards === 1) return 0;
  return createHash('sha1').update(destinationId).digest().readUInt32BE() % shards;
}
