/** `2026-07-01 07:57:12Z`: short, sortable, and the same on every machine. */
export function formatTime(iso: string): string {
  const at = new Date(iso);
  return Number.isNaN(at.getTime())
    ? iso
    : at
        .toISOString()
        .replace('T', ' ')
        .replace(/\.\d+Z$/, 'Z');
}

/** `in 45 s`, `in 3 min`, `due`: how far away a coming moment is. */
export function formatUntil(iso: string, now: Date): string {
  const ms = new Date(iso).getTime() - now.getTime();
  return ms <= 0 ? 'due' : `in ${formatDuration(ms)}`;
}

/** @param ms a duration, of which at most two digits' worth is shown: `12 ms`, `1.4 s`, `45 s`, `3 min`, `6 h` */
export function formatDuration(ms: number): string {
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  if (ms < 10_000) return `${(ms / 1_000).toFixed(1)} s`;
  if (ms < 120_000) return `${Math.round(ms / 1_000)} s`;
  if (ms < 7_200_000) return `${Math.round(ms / 60_000)} min`;
  return `${Math.round(ms / 3_600_000)} h`;
}

/** `1,133`; the same grouping everywhere, whatever the machine's language. */
export function formatCount(count: number): string {
  return count.toLocaleString('en-US');
}
