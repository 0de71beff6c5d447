import { indentJson } from '@tocsin/json';
import { formatDuration } from '../output/format-time.ts';
import { encodePrintableJson, printable, printableLines, shorten } from '../output/printable.ts';
import type { Colors } from '../output/printer.ts';
import type { ReceivedDelivery } from './receiver.ts';

const TITLE_CHARACTERS_MAX = 120;

function parseBody(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    return undefined;
  }
}

/** The body as JSON on one line, unchanged except for line breaks between tokens; as a string if it is not JSON. */
export function bodyJson({ body }: ReceivedDelivery): string {
  const text = body.toString('utf8');
  return parseBody(body) === undefined ? encodePrintableJson(text) : text.trim().replace(/[\r\n]+/g, ' ');
}

/** A delivery as data, for `--json`, without its body. */
export function deliveryRecord(delivery: ReceivedDelivery, withHeaders: boolean): Record<string, unknown> {
  const { receivedAt, path, webhookId, arrival, headers, signature, answer } = delivery;
  return {
    receivedAt: receivedAt.toISOString(),
    path,
    webhookId: webhookId === '' ? null : webhookId,
    arrival,
    signature: signature.kind,
    ...(signature.kind === 'invalid' ? { signatureFault: signature.reason } : {}),
    status: answer.status,
    delayMs: answer.delayMs,
    ...(withHeaders ? { headers } : {}),
  };
}

function signatureText({ signature }: ReceivedDelivery, colors: Colors): string[] {
  if (signature.kind === 'unchecked') return [];
  if (signature.kind === 'valid') return [colors.green('signature ok')];
  return [colors.red(`signature invalid: ${printable(signature.reason)}`)];
}

function alertText(body: unknown): string {
  const { severity, title } = (body ?? {}) as { severity?: unknown; title?: unknown };
  if (typeof severity !== 'string' || typeof title !== 'string') return '(not an alert)';
  return `${printable(severity).padEnd(8)} ${printable(shorten(title, TITLE_CHARACTERS_MAX))}`;
}

/** One line: when, where, what it was answered, and which alert it was. */
export function deliveryLine(delivery: ReceivedDelivery, colors: Colors): string {
  const { receivedAt, path, arrival, answer } = delivery;
  const good = answer.status >= 200 && answer.status < 300;
  const status = (good ? colors.green : colors.red)(String(answer.status));
  const parts = [
    colors.dim(receivedAt.toISOString().slice(11, 19)),
    status,
    printable(path),
    alertText(parseBody(delivery.body)),
    ...(arrival > 1 ? [colors.yellow(`attempt ${arrival}`)] : []),
    ...(answer.delayMs > 0 ? [`after ${formatDuration(answer.delayMs)}`] : []),
    ...signatureText(delivery, colors),
  ];
  return parts.join('  ');
}

/** The body, indented under its line; headers before it where they are asked for. */
export function deliveryDetail(
  delivery: ReceivedDelivery,
  { withHeaders, withBody, colors }: { withHeaders: boolean; withBody: boolean; colors: Colors },
): string[] {
  const headers = withHeaders
    ? Object.entries(delivery.headers).map(
        ([name, value]) => `  ${colors.dim(printable(name))}: ${printable(value)}`,
      )
    : [];
  if (!withBody) return headers;
  const text = delivery.body.toString('utf8');
  const shown = parseBody(delivery.body) === undefined ? text : indentJson(text);
  return [...headers, ...printableLines(shown).map((line) => `  ${line}`)];
}
