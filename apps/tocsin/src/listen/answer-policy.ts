/** What is known of a request when its answer is decided. */
interface Incoming {
  path: string;
  /** Of the `webhook-id` header; empty where there is none. */
  webhookId: string;
  /** How often this `webhook-id` has come, this time included; without one, always 1. */
  arrival: number;
}

export interface Answer {
  status: number;
  /** Waited before the answer is begun. */
  delayMs: number;
}

/** Decides what a request is answered. */
export type AnswerPolicy = (incoming: Incoming) => Answer;

export interface AnswerPolicyOptions {
  /** So many requests of each `webhook-id` are answered 500 before any is answered well. */
  failFirst?: number;
  /** The status otherwise. */
  status?: number;
  delayMs?: number;
}

/** The policy of `tocsin listen`. */
export function createAnswerPolicy(options: AnswerPolicyOptions = {}): AnswerPolicy {
  const { failFirst = 0, status = 200, delayMs = 0 } = options;
  return ({ arrival }) => ({ status: arrival <= failFirst ? 500 : status, delayMs });
}
