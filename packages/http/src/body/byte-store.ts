/** Bytes that come in pieces, kept in one buffer: ten million pieces of one byte take no more than ten million bytes. */
export interface ByteStore {
  /** @returns how much more memory is held than before */
  needFor(bytes: number): number;
  add(piece: Buffer): void;
  bytes(): Buffer;
  readonly length: number;
}

const FIRST_BYTES = 16 * 1024;

/**
 * @param bytesMax what comes at most; more than that is the caller's to refuse
 * @param firstBytes what is held from the first piece on: where it is known how much will come, all of it
 */
export function createByteStore(bytesMax: number, firstBytes = FIRST_BYTES): ByteStore {
  let held = Buffer.alloc(0);
  let length = 0;

  function capacityFor(bytes: number): number {
    if (length + bytes <= held.length) return held.length;
    return Math.max(length + bytes, Math.min(bytesMax, Math.max(firstBytes, held.length * 2)));
  }

  return {
    needFor: (bytes) => capacityFor(bytes) - held.length,
    add(piece) {
      const capacity = capacityFor(piece.length);
      if (capacity > held.length) {
        const larger = Buffer.allocUnsafeSlow(capacity);
        held.copy(larger, 0, 0, length);
        held = larger;
      }
      piece.copy(held, length);
      length += piece.length;
    },
    bytes: () => held.subarray(0, length),
    get length() {
      return length;
    },
  };
}
