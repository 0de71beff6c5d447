import type { Schemas } from '../../api/client.ts';

const WORDS: Record<NonNullable<Schemas['Delivery']['waitingFor']>, string> = {
  retry: 'for its next attempt',
  destination_disabled: 'for its destination, which is disabled',
  destination_limit: 'for room: its destination has as many under way as it may',
  worker: 'for a worker',
};

/** @returns what an unfinished delivery waits for, as `Waits for a worker`; null where it has ended */
export function waitingWords({ waitingFor }: Pick<Schemas['Delivery'], 'waitingFor'>): string | null {
  return waitingFor === null ? null : `Waits ${WORDS[waitingFor]}`;
}
