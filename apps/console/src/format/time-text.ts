/** `2026-07-01 09:57:12` in the viewer's zone; sortable, and the same form in every language. */
export function localText(iso: string, timeZone?: string): string {
  const at = new Date(iso);
  if (Number.isNaN(at.getTime())) return iso;
  const parts = Object.fromEntries(
    new Intl.DateTimeFormat('en-CA', {
      timeZone,
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
      hour: '2-digit',
      minute: '2-digit',
      second: '2-digit',
      hourCycle: 'h23',
    })
      .formatToParts(at)
      .map(({ type, value }) => [type, value]),
  );
  return `${parts.year}-${parts.month}-${parts.day} ${parts.hour}:${parts.minute}:${parts.second}`;
}

/** `2026-07-01 07:57:12 UTC` */
export function utcText(iso: string): string {
  const text = localText(iso, 'UTC');
  return text === iso ? iso : `${text} UTC`;
}

/** `3 min ago`, `in 45 s`, `now`. */
export function distanceText(iso: string, nowMs: number): string {
  const ms = new Date(iso).getTime() - nowMs;
  if (Number.isNaN(ms)) return iso;
  if (Math.abs(ms) < 1_000) return 'now';
  return ms > 0 ? `in ${durationText(ms)}` : `${durationText(-ms)} ago`;
}

/** @param ms a duration, of which two digits' worth is shown: `12 ms`, `1.4 s`, `45 s`, `3 min`, `6 h`, `4 d` */
export function durationText(ms: number): string {
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  if (ms < 10_000) return `${(ms / 1_000).toFixed(1)} s`;
  if (ms < 120_000) return `${Math.round(ms / 1_000)} s`;
  if (ms < 7_200_000) return `${Math.round(ms / 60_000)} min`;
  if (ms < 172_800_000) return `${Math.round(ms / 3_600_000)} h`;
  return `${Math.round(ms / 86_400_000)} d`;
}

const DAY_SECONDS = 86_400;

/**
 * A mark of a time axis: `14:05`, or `07-01` where the marks are days apart, or at midnight.
 *
 * @param seconds since 1970
 * @param marks all marks of the axis
 * @param timeZone by default the viewer's
 */
export function tickText(seconds: number, marks: readonly number[], timeZone?: string): string {
  const text = localText(new Date(seconds * 1_000).toISOString(), timeZone);
  const [date = '', time = ''] = [text.slice(5, 10), text.slice(11, 16)];
  const step = (marks[1] ?? 0) - (marks[0] ?? 0);
  return step >= DAY_SECONDS || time === '00:00' ? date : time;
}

/** As `durationText`; a dash where there is none. */
export function durationOrDash(ms: number | null | undefined): string {
  return ms == null ? '–' : durationText(ms);
}
