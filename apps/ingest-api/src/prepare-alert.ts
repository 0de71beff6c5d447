import { createHash } from 'node:crypto';
import {
  type AlertInput,
  encodePayload,
  routingFactsOf,
  type Severity,
  severityRank,
} from '@tocsin/contract';
import { searchTerms, toStorableText } from '@tocsin/store';
import { v7 as uuidV7 } from 'uuid';

/**
 * An alert ready to be stored. The objects it was built from can be freed: this is all that is held until the insert.
 */
export interface PreparedAlert {
  alertId: string;
  severity: Severity;
  logTypes: readonly string[];
  /** `RoutingFacts` as JSON text. */
  facts: string;
  /** Its row for the insert, as JSON: bytes, which lie outside of the heap that strings share. */
  row: Buffer;
  contentHash: Buffer;
}

const HASH_BYTES = 16;

/** @param publicUrl for a missing `link`; without a trailing slash */
export function prepareAlert(input: AlertInput, publicUrl: string): PreparedAlert {
  const alert = { ...input, alertId: input.alertId ?? uuidV7() };
  const contentHash = hashContent(alert);
  const facts = JSON.stringify(routingFactsOf(alert));
  const searched = {
    severityRank: severityRank(alert.severity),
    type: alert.type,
    detectionId: toStorableText(alert.id),
    title: toStorableText(alert.title),
    name: alert.name === undefined ? null : toStorableText(alert.name),
    logTypes: (alert.logTypes ?? []).map(toStorableText),
    tags: (alert.tags ?? []).map(toStorableText),
  };
  const row = {
    alertId: alert.alertId,
    ...searched,
    terms: searchTerms(searched),
    payload: encodePayload(alert, publicUrl),
    context: alert.alertContext ?? null,
    facts,
    dedupKey: alert.dedupKey === undefined ? null : JSON.stringify(alert.dedupKey),
    condition: alert.condition ?? 'firing',
    contentHash: `\\x${contentHash.toString('hex')}`,
  };
  const { alertId, severity, logTypes = [] } = alert;
  return { alertId, severity, logTypes, facts, row: Buffer.from(JSON.stringify(row)), contentHash };
}

/** A hash that is equal for two alerts of one id with the same content: a field left out equals its default. */
function hashContent(alert: AlertInput): Buffer {
  const content = [
    encodePayload({ ...alert, alertId: '', link: alert.link ?? '' }, ''),
    JSON.stringify(routingFactsOf(alert)),
    JSON.stringify([alert.link ?? null, alert.dedupKey ?? null, alert.condition ?? 'firing']),
    alert.alertContext ?? '',
  ];
  return createHash('sha256').update(content.join('\n')).digest().subarray(0, HASH_BYTES);
}
