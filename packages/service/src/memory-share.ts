import { totalmem } from 'node:os';
import { getHeapStatistics } from 'node:v8';

export interface MemoryFacts {
  /** What the control group allows (`process.constrainedMemory()`); 0 or undefined where nothing is known. */
  constrainedBytes: number | undefined;
  totalBytes: number;
  /** What V8 lets its heap grow to. */
  heapBytesMax: number;
}

/** The part of the process's memory that bodies may take. */
const BODIES_PART = 1 / 4;

/**
 * @returns bytes that bodies may take. Without a limit, Node gives none or one beyond the machine's memory; the
 *   smallest known value counts.
 */
export function bodyRoomBytes({ constrainedBytes, totalBytes, heapBytesMax }: MemoryFacts): number {
  const known = [constrainedBytes, totalBytes, heapBytesMax].filter(
    (bytes): bytes is number => bytes !== undefined && Number.isFinite(bytes) && bytes > 0,
  );
  return Math.floor(Math.min(...known) * BODIES_PART);
}

/** What this process may use. */
export function readMemoryFacts(): MemoryFacts {
  return {
    constrainedBytes: process.constrainedMemory(),
    totalBytes: totalmem(),
    heapBytesMax: getHeapStatistics().heap_size_limit,
  };
}
