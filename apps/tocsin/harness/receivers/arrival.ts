/** One POST as it arrived at a receiver. */
export interface Arrival {
  /** When its body was there; monotonic milliseconds. */
  at: number;
  /** The destination's name: the last part of its path. */
  destination: string;
  alertId: string;
  webhookId: string;
  /** 1 for the delivery's first POST. */
  attempt: number;
  /** What it was answered, or null as long as it was not. */
  status: number | null;
  answeredAt: number | null;
  /** When its connection ended without an answer. */
  brokenAt: number | null;
}

/** What the receivers' process sends: an arrival as a row, or what became of an earlier one, by its number. */
export type ArrivalNews =
  | readonly ['arrived', number, number, string, string, string, number]
  | readonly ['answered', number, number, number]
  | readonly ['broken', number, number];
