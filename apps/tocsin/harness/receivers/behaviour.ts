/** What a destination does with each POST. Times are of the monotonic clock. */
export type Behaviour =
  | { kind: 'answer'; status?: number; afterMs?: number; headers?: Record<string, string> }
  /** Keeps the connection, and answers when it behaves otherwise at last. */
  | { kind: 'hang' }
  /** Answers for so long, then hangs for so long, and so on. */
  | { kind: 'flap'; everyMs: number; since: number }
  /** Answers the first attempts so, in turn, and later ones with 200. */
  | { kind: 'script'; statuses: readonly number[] }
  /** 500, and 200 to each n-th POST, so that it is no outage. */
  | { kind: 'fail-mostly'; succeedEvery: number };

export type Reaction =
  | { kind: 'answer'; status: number; afterMs: number; headers: Record<string, string> }
  | { kind: 'hang' };

const answer = (status = 200, afterMs = 0, headers: Record<string, string> = {}): Reaction => ({
  ...{ kind: 'answer', status, afterMs, headers },
});

/**
 * @param attempt - how many POSTs of this delivery there were, this one included
 * @param total - how many of this destination
 */
export function react(
  behaviour: Behaviour,
  { now, attempt, total }: { now: number; attempt: number; total: number },
): Reaction {
  switch (behaviour.kind) {
    case 'answer':
      return answer(behaviour.status, behaviour.afterMs, behaviour.headers);
    case 'flap':
      return Math.floor((now - behaviour.since) / behaviour.everyMs) % 2 === 0 ? answer() : { kind: 'hang' };
    case 'script':
      return answer(behaviour.statuses[attempt - 1]);
    case 'fail-mostly':
      return answer(total % behaviour.succeedEvery === 0 ? 200 : 500);
    case 'hang':
      return { kind: 'hang' };
  }
}
