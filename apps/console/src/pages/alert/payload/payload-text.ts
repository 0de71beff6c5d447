import type { Schemas } from '../../../api/client.ts';
import type { ShownAlert } from '../read-alert.ts';

type Alert = Omit<Schemas['AlertDetail'], 'alertContext'>;

/** Characters that could reverse the order of a line, or control a terminal when pasted. */
const INVISIBLE = /[\u007f-\u009f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

/** The twelve keys that every destination receives, in their order. */
export function payloadOf(alert: Alert) {
  const { id, createdAt, severity, type, link, title, name, alertId } = alert;
  const { description, runbook, tags, version } = alert;
  return {
    id,
    createdAt,
    severity,
    type,
    link,
    title,
    name,
    alertId,
    description,
    runbook,
    tags,
    version,
  };
}

/** The body that a destination receives, with or without the context, which is as its producer wrote it. */
export function bodyText(alert: ShownAlert, includeContext: boolean): string {
  const payload = visibleJson(payloadOf(alert));
  if (!includeContext) return payload;
  return `${payload.slice(0, -1)},"alertContext":${visibleText(alert.contextText ?? '{}')}}`;
}

/**
 * JSON in which nothing is hidden: characters that change the direction of what follows, and control characters, are
 * written as escapes. Parsing gives the same value.
 *
 * @param indent spaces for each level; left out, it is one line
 */
export function visibleJson(value: unknown, indent?: number): string {
  return visibleText(JSON.stringify(value, null, indent));
}

/** JSON text with such characters written as escapes; they can occur only in its strings. */
export function visibleText(json: string): string {
  return json.replaceAll(
    INVISIBLE,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
