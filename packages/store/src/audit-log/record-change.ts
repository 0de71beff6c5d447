import { CompiledQuery, type Kysely } from 'kysely';
import type pg from 'pg';
import type { Tables } from '../tables.ts';
import { boundDetail, boundText } from './bound-detail.ts';

/** Who made a change: a key's name and id, the process itself, or somebody whose sign-in was refused. */
export type Actor = { keyId: string; keyName: string } | 'system' | 'anonymous';

/** An actor as entries and lists name it: `<name> (<key id>)`. */
export function actorName(actor: Actor): string {
  return typeof actor === 'string' ? actor : `${actor.keyName} (${actor.keyId})`;
}

/** Every kind of entry. Each is pruned by its own count (`pruneAuditLog`), so that none displaces another. */
export const AUDIT_ACTIONS = [
  'alert.test_received',
  'alert.resent',
  'api_key.admin_set',
  'api_key.created',
  'api_key.revoked',
  'delivery.resent',
  'destination.created',
  'destination.deleted',
  'destination.draft_tested',
  'destination.replaced',
  'destination.revived',
  'destination.secret_rotated',
  'destination.tested',
  'destination.updated',
  'queue.change_requested',
  'resend.cancelled',
  'resend.started',
  'session.ended',
  'session.opened',
  'session.refused',
] as const;
export type AuditAction = (typeof AUDIT_ACTIONS)[number];

/** One change. */
export interface Change {
  actor: Actor;
  action: AuditAction;
  /** `<kind>/<id>`, such as `destination/<id>`; the kind alone where there is nothing with an id. */
  subject: string;
  /** JSON values, never a secret: names of headers, not their values; of a URL, only its origin. Cut to 4 KiB. */
  detail: Record<string, unknown>;
}

/** A connection, a pool, or a transaction of either kind. */
export type AuditExecutor = Pick<pg.ClientBase, 'query'> | Pick<Kysely<Tables>, 'executeQuery'>;

const ACTOR_CHARACTERS_MAX = 300;
const SUBJECT_CHARACTERS_MAX = 300;

const INSERT = 'INSERT INTO audit_log (actor, action, subject, detail) VALUES ($1, $2, $3, $4)';

/**
 * Appends to the audit log; the only way to do so. Call it in the transaction of the change, so that both are stored or
 * neither.
 */
export async function recordChange(executor: AuditExecutor, change: Change): Promise<void> {
  const { actor, action, subject, detail } = change;
  const values = [
    boundText(actorName(actor), ACTOR_CHARACTERS_MAX),
    action,
    boundText(subject, SUBJECT_CHARACTERS_MAX),
    JSON.stringify(boundDetail(detail)),
  ];
  if ('executeQuery' in executor) await executor.executeQuery(CompiledQuery.raw(INSERT, values));
  else await executor.query(INSERT, values);
}
