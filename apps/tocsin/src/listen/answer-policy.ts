/** The facts about a request by which its answer is decided. */
interface Incoming {
  path: string;
  /** Of the `webhook-id` header; empty where there is none. */
  webhookId: string;
  /** How often this `webhook-id` has come, this time included; without one, always 1. */
  arrival: number;
}

export interface ListenAnswer {
  status: number;
  /** Wait before the answer, in milliseconds. */
  delayMs: number;
}

/** Decides the answer to a request. */
export type AnswerPolicy = (incoming: Incoming) => ListenAnswer;

export interface AnswerPolicyOptions {
  /** The first requests of each `webhook-id` that are answered 500. */
  failFirst?: number;
  /** The status of all other answers. */
  status?: number;
  delayMs?: number;
}

/** The policy of `tocsin listen`. */
export function createAnswerPolicy(options: AnswerPolicyOptions = {}): AnswerPolicy {
  const { failFirst = 0, status = 200, delayMs = 0 } = options;
  return ({ arrival }) => ({ status: arrival <= failFirst ? 500 : status, delayMs });
}
