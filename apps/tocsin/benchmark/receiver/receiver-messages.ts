export type ReceiverCommand =
  | { kind: 'answer-after'; ms: number }
  | { kind: 'answer-with'; bytes: number }
  /** To be answered once so many POSTs have come since its start. */
  | { kind: 'reach'; count: number }
  | { kind: 'take' }
  | { kind: 'count' };

export type ReceiverMessage =
  | { kind: 'listening'; port: number }
  | { kind: 'reached'; count: number }
  | { kind: 'counted'; count: number }
  /** Alerts, and when their POSTs came, in monotonic milliseconds; those since the last time. */
  | { kind: 'taken'; arrivals: [alertId: string, at: number][] };
