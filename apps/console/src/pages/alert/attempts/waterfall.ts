import type { Schemas } from '../../../api/client.ts';
import { durationText } from '../../../format/time-text.ts';

type Attempt = Schemas['AttemptSummary'];

export type Phase = 'dns' | 'connect' | 'tls' | 'firstByte' | 'rest';

/** A part of an attempt's time. */
export interface Segment {
  phase: Phase;
  label: string;
  ms: number;
  /** Where it begins and how wide it is, in hundredths of the attempt. */
  startPercent: number;
  widthPercent: number;
}

/**
 * An attempt's time in parts, in the order in which they happen. Each timing is how long its phase took; null where it
 * did not happen, as on a reused connection, or did not end. The remaining time comes last: sending the request and
 * reading the answer or, without an answer, waiting until the end.
 */
export function segmentsOf({ durationMs, timings }: Pick<Attempt, 'durationMs' | 'timings'>): Segment[] {
  const { dnsMs, connectMs, tlsMs, firstByteMs } = timings;
  const phases: [Phase, string, number | null][] = [
    ['dns', 'DNS', dnsMs],
    ['connect', 'connect', connectMs],
    ['tls', 'TLS', tlsMs],
    ['firstByte', 'first byte', firstByteMs],
  ];
  const measuredMs = phases.reduce((sum, [, , ms]) => sum + (ms ?? 0), 0);
  const restMs = Math.max(0, durationMs - measuredMs);
  const restLabel = firstByteMs === null ? 'waiting until the end' : 'sending and reading';
  phases.push(['rest', restLabel, restMs === 0 ? null : restMs]);
  // The phases and the whole are measured by different clocks, so their sum may be larger.
  const totalMs = Math.max(durationMs, measuredMs);
  let passedMs = 0;
  return phases.flatMap(([phase, label, ms]) => {
    if (ms === null) return [];
    const startPercent = totalMs === 0 ? 0 : (100 * passedMs) / totalMs;
    passedMs += ms;
    return [{ phase, label, ms, startPercent, widthPercent: totalMs === 0 ? 0 : (100 * ms) / totalMs }];
  });
}

/** Whether the attempt went over a connection that was open already: an answer came, and there was no connecting. */
function isReused({ connectMs, firstByteMs }: Attempt['timings']): boolean {
  return connectMs === null && firstByteMs !== null;
}

/** The phases in words: `DNS 2 ms, connect 3 ms, first byte 6 ms, sending and reading 1 ms`. */
export function segmentsText(attempt: Pick<Attempt, 'durationMs' | 'timings'>): string {
  const parts = segmentsOf(attempt).map(({ label, ms }) => `${label} ${durationText(ms)}`);
  return [...(isReused(attempt.timings) ? ['reused connection'] : []), ...parts].join(', ');
}
