/** Names that get a time series of their own; the others share one. */
export interface BoundedNames {
  /** @returns the name, or `OTHER` */
  nameFor(name: string): string;
}

export interface BoundedNamesOptions {
  max: number;
  /** A name that was not asked for in this time gives its place to another; milliseconds. */
  idleMs: number;
  /** Its time series can go. */
  onDropped(name: string): void;
  /** Milliseconds from any start. */
  now(): number;
}

export const OTHER = 'other';

/** Bounds the values of a label: the first that come, and later ones once another has been idle for long enough. */
export function createBoundedNames({ max, idleMs, onDropped, now }: BoundedNamesOptions): BoundedNames {
  /** When each was last asked for; the longest ago is the first. */
  const lastAt = new Map<string, number>();

  function makePlace(): boolean {
    if (lastAt.size < max) return true;
    const [oldest] = lastAt;
    if (oldest === undefined || now() - oldest[1] < idleMs) return false;
    lastAt.delete(oldest[0]);
    onDropped(oldest[0]);
    return true;
  }
  return {
    nameFor(name) {
      if (!lastAt.delete(name) && !makePlace()) return OTHER;
      lastAt.set(name, now());
      return name;
    },
  };
}
