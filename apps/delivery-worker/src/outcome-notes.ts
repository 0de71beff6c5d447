import type { DeliveryJob } from '@tocsin/queues';
import type { Sealer } from '@tocsin/secrets';
import { type Outcome, outcomeSchema } from '@tocsin/status-gateway';
import type { Logger } from 'pino';

/** Outcomes that could not be reported, as notes that their jobs carry to the next worker. */
export interface OutcomeNotes {
  /** The note of an outcome; none where no attempt was made, which needs no report. */
  of(outcome: Outcome): { note?: string };
  /** @returns null for a note that cannot be read, which is logged: its attempt has to be made again */
  read(job: DeliveryJob, note: string): Outcome | null;
}

/** Notes are sealed: what a receiver has answered is for nobody who looks into Redis or Bull Board. */
export function createOutcomeNotes({
  sealer,
  log,
}: {
  sealer: Sealer;
  log: Pick<Logger, 'warn'>;
}): OutcomeNotes {
  return {
    of: (outcome) =>
      outcome.kind === 'skipped'
        ? {}
        : { note: sealer.seal(JSON.stringify(outcome), contextOf(outcome.deliveryId)) },
    read({ deliveryId, destinationId, round }, note) {
      try {
        return outcomeSchema.parse(JSON.parse(sealer.open(note, contextOf(deliveryId))));
      } catch (error) {
        log.warn(
          { event: 'outcome.unreadable', deliveryId, destinationId, round, err: error },
          'an outcome that another worker left cannot be read; its attempt is made again',
        );
        return null;
      }
    },
  };
}

const contextOf = (deliveryId: string): string => `outcome:${deliveryId}`;
