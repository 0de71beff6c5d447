import { InvalidArgumentError } from 'commander';

const UNIT_MS = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;
const ISO_TIME = /^\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2})?)?$/;

/**
 * A parser for commander: a moment, as ISO 8601 (UTC where it names no offset) or as an age (`90m`, `24h`, `7d`).
 *
 * @param now the time from which an age counts back
 * @returns the moment as the API takes it
 */
export function momentBefore(now: () => Date): (text: string) => string {
  return (text) => {
    const ago = /^(\d+)([smhd])$/.exec(text.trim());
    if (ago !== null) {
      const at = now().getTime() - Number(ago[1]) * UNIT_MS[ago[2] as keyof typeof UNIT_MS];
      if (Math.abs(at) <= 8.64e15) return new Date(at).toISOString();
    }
    const iso = ISO_TIME.exec(text.trim());
    if (iso !== null) {
      const utc = iso[1] !== undefined && iso[4] === undefined ? 'Z' : '';
      const at = new Date(`${text.trim().replace(' ', 'T')}${utc}`);
      if (!Number.isNaN(at.getTime())) return at.toISOString();
    }
    throw new InvalidArgumentError(
      'Give a time such as 2026-07-01T08:00:00Z, or an age such as 90m, 24h or 7d.',
    );
  };
}
