import { describe, expect, test } from '@jest/globals';
import type { getAlert, ResponseOf } from '@tocsin/contract';
import pc from 'picocolors';
import type { CommandContext } from '../context.ts';
import { deliveryDetail, deliveryLine } from '../listen/describe-delivery.ts';
import type { ReceivedDelivery } from '../listen/receiver.ts';
import { alertPage, alertTable } from './alert-view.ts';
import { decisionLines } from './decision-view.ts';
import { testResultLines } from './destination-view.ts';
import { failureText } from './failure.ts';
import { createPrinter } from './printer.ts';

/** What ends a line on some terminal or viewer, moves its cursor, colours what follows, or turns or hides text. */
const HOSTILE: [name: string, text: string][] = [
  ['U+000A', '\n'],
  ['U+000D', '\r'],
  ['CR LF', '\r\n'],
  ['U+000B', '\v'],
  ['U+000C', '\f'],
  ['U+0085', '\u0085'],
  ['U+2028', '\u2028'],
  ['U+2029', '\u2029'],
  ['ESC', '\u001b[2K\u001b[1G'],
  ['a C1 control', '\u009b2K'],
  ['backspaces', '\b\b\b'],
  ['a right-to-left override', '\u202e'],
  ['an isolate', '\u2066'],
  ['a right-to-left mark', '\u200f'],
];

const colors = pc.createColors(false);
const names = new Map<string, string>();
const now = new Date('2026-07-01T00:00:00Z');
const FAKE = 'CRITICAL  succeeded  all is well';

/** Nothing that a terminal obeys, and nothing of the fake at the beginning of a line. */
function expectHarmless(lines: string[]): void {
  const text = lines.join('\n');
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069\u200e\u200f]/);
  for (const line of text.split('\n')) expect(line.startsWith(FAKE)).toBe(false);
  expect(text).toContain(FAKE);
}

const alertOf = (title: string) =>
  ({
    id: title,
    createdAt: '2026-07-01T00:00:00Z',
    severity: 'LOW',
    type: 'RULE',
    link: title,
    title,
    name: title,
    alertId: 'a1',
    description: title,
    runbook: title,
    tags: [title],
    version: title,
    logTypes: [title],
    destinations: null,
    outputIds: [],
    receivedAt: '2026-07-01T00:00:00Z',
    status: 'succeeded',
    routing: {
      rule: 'filters',
      destinationIds: [],
      skipped: [],
      notes: [title],
      decidedAt: '2026-07-01T00:00:00Z',
    },
    deliveries: [],
  }) as unknown as ResponseOf<typeof getAlert>;

describe.each(HOSTILE)('%s in what others wrote', (_, hostile) => {
  const text = `title${hostile}${FAKE}`;

  test('fakes no line in a table of alerts', () => {
    const lines = alertTable([alertOf(text)] as never, colors, Number.POSITIVE_INFINITY);
    expectHarmless(lines);
    expect(lines).toHaveLength(2);
  });

  test('fakes no line of an alert, whose title is one line', () => {
    const lines = alertPage(alertOf(text), { names, colors, now, width: Number.POSITIVE_INFINITY });
    expectHarmless(lines);
    expect(lines[0]).toContain(FAKE);
  });

  test('fakes no line of a decision', () => {
    const decision = { rule: 'filters' as const, destinationIds: ['d'], skipped: [], notes: [text] };
    expectHarmless(decisionLines(decision, new Map([['d', text]]), 'went'));
  });

  test('fakes no line of a test alert’s result', () => {
    const error = { code: 'http_status' as const, message: text };
    const result = { success: false, statusCode: 500, responseBody: text, durationMs: 1, error };
    expectHarmless(testResultLines(result as never, colors));
  });

  test('fakes no line of what `listen` prints', () => {
    const delivery = {
      receivedAt: now,
      path: `/x${hostile}${FAKE}`,
      headers: { 'x-title': text },
      body: Buffer.from(JSON.stringify({ severity: 'LOW', title: text })),
      arrival: 1,
      answer: { status: 200, delayMs: 0 },
      signature: { kind: 'invalid', reason: text },
    } as unknown as ReceivedDelivery;
    expectHarmless([deliveryLine(delivery, colors)]);
    const detail = { withHeaders: true, withBody: true, colors };
    expectHarmless(deliveryDetail(delivery, detail));
    expectHarmless(deliveryDetail({ ...delivery, body: Buffer.from(text) }, detail));
  });

  test('fakes no line of an error', () => {
    const error = Object.assign(new Error(text), { code: 'ECONNREFUSED' });
    expectHarmless(failureText(error, false).trimEnd().split('\n'));
    expectHarmless([failureText(error, true).trimEnd()]);
  });

  test('ends no line that a command prints, its colours left alone', async () => {
    const written: string[] = [];
    const stream = { write: (chunk: string) => written.push(chunk) > 0, writable: true };
    const printer = createPrinter(
      { stdout: stream, stderr: stream, env: {} } as unknown as CommandContext,
      {},
    );
    await printer.print(`\u001b[1mdone\u001b[22m ${text.replaceAll('\u001b', '')}`);
    await printer.note(text.replaceAll('\u001b', ''));
    expect(written[0]).toContain('\u001b[1mdone\u001b[22m');
    expectHarmless(
      written.map((line) => line.trimEnd().replaceAll('\u001b[1m', '').replaceAll('\u001b[22m', '')),
    );
    expect(written.join('').match(/\n/g)).toHaveLength(2);
  });
});
