import { ProblemError, rotateSecret } from '@tocsin/contract';
import { defineRoute } from '@tocsin/runtime';
import { generateSigningSecret, type Sealer } from '@tocsin/secrets';
import { type Database, sealContext } from '@tocsin/store';
import { recordChange } from '../audit-log.ts';
import { sealSigningSecret } from '../destination-row.ts';
import { changeDestinations, readDestination, updateDestinationRow } from '../destination-store.ts';

/** How long the old secret signs beside the new one: time enough to give the new one to the receiver. */
const PREVIOUS_SIGNS_MS = 24 * 60 * 60 * 1000;

export interface RotateSecretDeps {
  database: Database;
  sealer: Sealer;
  notify: () => void;
  now: () => Date;
}

/**
 * Gives a destination a new signing secret. The one before it signs too for a day; one that was already being replaced
 * stops at once, so that two secrets sign at most.
 */
export function createRotateSecret({ database, sealer, notify, now }: RotateSecretDeps) {
  return defineRoute(rotateSecret, async ({ params, body, principal }) => {
    const signingSecret = body.signingSecret ?? generateSigningSecret();
    const result = await changeDestinations(database, async (transaction) => {
      const row = await readDestination(transaction, params.id);
      const { id } = row;
      const current = openOrNull(row.signing_secret, sealContext.signingSecret(id));
      if (current === signingSecret) refuseSame();
      const previous = current === null ? null : row.signing_secret;
      const previousSignsUntil = previous === null ? null : new Date(now().getTime() + PREVIOUS_SIGNS_MS);
      await updateDestinationRow(transaction, id, {
        signing_secret: sealSigningSecret(id, signingSecret, sealer),
        previous_signing_secret: previous,
        previous_signs_until: previousSignsUntil,
      });
      const until = previousSignsUntil?.toISOString() ?? null;
      await recordChange(transaction, {
        actor: principal,
        action: 'destination.secret_rotated',
        subject: `destination/${id}`,
        detail: { previousSignsUntil: until, chosenByCaller: body.signingSecret !== undefined },
      });
      return { signingSecret, previousSignsUntil: until };
    });
    notify();
    return result;
  });

  /** A secret whose key is lost cannot sign; rotating is the way out. */
  function openOrNull(sealed: string | null, context: string): string | null {
    try {
      return sealed === null ? null : sealer.open(sealed, context);
    } catch {
      return null;
    }
  }

  function refuseSame(): never {
    throw new ProblemError('invalid_request', {
      detail: 'The body is invalid.',
      errors: [{ path: 'signingSecret', message: 'is the secret that signs already' }],
    });
  }
}
