/** The field's initial text: every field that routing uses. */
export const SAMPLE_ALERT = `{
  "id": "AWS.Root.Login",
  "createdAt": "2026-07-01T07:57:12Z",
  "severity": "CRITICAL",
  "type": "RULE",
  "title": "Root account signed in",
  "logTypes": ["AWS.CloudTrail"],
  "destinations": null,
  "outputIds": []
}`;

/** A pasted text: an alert to preview, or why it cannot be one. */
export type Pasted = { kind: 'alert'; alert: Record<string, unknown> } | { kind: 'fault'; message: string };

/** Reads one alert from pasted text. */
export function readPastedAlert(text: string): Pasted {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return { kind: 'fault', message: `This is not JSON: ${(error as Error).message}` };
  }
  if (Array.isArray(value)) return { kind: 'fault', message: 'Paste one alert, not a list.' };
  if (typeof value !== 'object' || value === null) {
    return { kind: 'fault', message: 'An alert is a JSON object.' };
  }
  return { kind: 'alert', alert: value as Record<string, unknown> };
}
