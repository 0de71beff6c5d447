import { ProblemError, rotateSecret } from '@tocsin/contract';
import { defineRoute } from '@tocsin/http';
import { generateSigningSecret, type Sealer } from '@tocsin/secrets';
import { type Database, recordChange, sealContext } from '@tocsin/store';
import { etagOf } from '../destination-presenter.ts';
import { type DestinationRow, sealSigningSecret } from '../destination-row.ts';
import { changeDestinations, readDestination, updateDestinationRow } from '../destination-store.ts';

/** How long the old secret signs beside the new one: time enough to give the new one to the receiver. */
const PREVIOUS_SIGNS_MS = 24 * 60 * 60 * 1000;

/** How many old secrets sign beside the new one; each makes the headers of every POST longer. */
const PREVIOUS_MAX = 5;

export interface RotateSecretDeps {
  database: Database;
  sealer: Sealer;
  notify: () => void;
  now: () => Date;
}

/**
 * Gives a destination a new signing secret. The one before it signs too for a day, and those that were already being
 * replaced until their own end: a receiver that still has one of them goes on verifying.
 */
export function createRotateSecret({ database, sealer, notify, now }: RotateSecretDeps) {
  return defineRoute(rotateSecret, async ({ params, body, principal, preconditions, setEtag }) => {
    const signingSecret = body.signingSecret ?? generateSigningSecret();
    const result = await changeDestinations(
      database,
      async (transaction, revision) => {
        const row = await readDestination(transaction, params.id);
        const { id } = row;
        preconditions.check(etagOf(row));
        const current = openOrNull(id, row.signing_secret);
        if (current === signingSecret) refuseSame();
        const until = current === null ? null : new Date(now().getTime() + PREVIOUS_SIGNS_MS).toISOString();
        const after = await updateDestinationRow(transaction, id, {
          revision,
          signing_secret: sealSigningSecret(id, signingSecret, sealer),
          previous_signing_secrets: JSON.stringify(previousOf(row, signingSecret, until)),
        });
        await recordChange(transaction, {
          actor: principal,
          action: 'destination.secret_rotated',
          subject: `destination/${id}`,
          detail: { previousSignsUntil: until, chosenByCaller: body.signingSecret !== undefined },
        });
        setEtag(etagOf(after));
        return { signingSecret, previousSignsUntil: until };
      },
      { mayPassLimit: true },
    );
    notify();
    return result;
  });

  /** @param until the end of the secret that is replaced now; null where there is none that can sign */
  function previousOf(
    { id, signing_secret, previous_signing_secrets }: DestinationRow,
    next: string,
    until: string | null,
  ): DestinationRow['previous_signing_secrets'] {
    const replaced = signing_secret === null || until === null ? [] : [{ sealed: signing_secret, until }];
    const earlier = previous_signing_secrets.filter((previous) => {
      const secret = openOrNull(id, previous.sealed);
      return secret !== null && secret !== next && now() < new Date(previous.until);
    });
    return [...replaced, ...earlier].slice(0, PREVIOUS_MAX);
  }

  /** A secret whose key is lost cannot sign; rotating is the way out. */
  function openOrNull(id: string, sealed: string | null): string | null {
    try {
      return sealed === null ? null : sealer.open(sealed, sealContext.signingSecret(id));
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
