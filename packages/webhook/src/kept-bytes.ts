/** The first bytes of what comes in, in memory of their own. */
export interface KeptBytes {
  /** Keeps as much of a chunk as there is room for. */
  add(chunk: Buffer): void;
  /** What is kept, without a copy: it changes with the next {@link clear}. */
  bytes(): Buffer;
  clear(): void;
}

const FIRST_BYTES = 512;
const NOTHING = Buffer.alloc(0);

/**
 * A chunk that is kept keeps the whole of what was read from the socket, up to 64 KiB for its 16; and a receiver that sends
 * byte by byte makes a chunk of each, which takes some hundred times as much. So chunks are copied, and what is held is at
 * most twice what came.
 */
export function createKeptBytes(bytesMax: number): KeptBytes {
  let held = NOTHING;
  let length = 0;

  return {
    add(chunk) {
      const wanted = Math.min(bytesMax, length + chunk.length);
      if (wanted > held.length) {
        // Not from the pool, of which a small piece would keep 64 KiB.
        const larger = Buffer.allocUnsafeSlow(
          Math.min(bytesMax, Math.max(FIRST_BYTES, wanted, held.length * 2)),
        );
        held.copy(larger, 0, 0, length);
        held = larger;
      }
      length += chunk.copy(held, length, 0, wanted - length);
    },
    bytes: () => held.subarray(0, length),
    clear() {
      held = NOTHING;
      length = 0;
    },
  };
}
