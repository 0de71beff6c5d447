import { shellQuote } from '../../format/shell-quote.ts';
import type { Schemas } from '../client.ts';

/** A harmless alert that shows how one goes its way. Its `alertId` is left to the API: each is an alert of its own. */
export function sampleAlert(now: Date): Schemas['AlertInput'] {
  return {
    id: 'Tocsin.Sample',
    createdAt: now.toISOString(),
    severity: 'INFO',
    type: 'RULE',
    title: 'Sample alert from the console',
    name: 'Sample alert',
    description: 'Sent on request, to show how an alert is routed and delivered. No detection has fired.',
    runbook: 'Nothing to do.',
    tags: ['sample'],
  };
}

/**
 * A command that sends the sample alert from a shell.
 *
 * @param origin where the API is reached, without a trailing slash
 */
export function sampleAlertCurl(origin: string, now: Date): string {
  const { id, createdAt, severity, type, title } = sampleAlert(now);
  return [
    `curl -sS ${shellQuote(`${origin}/v1/alerts`)}`,
    // In double quotes, so that the shell puts the key in.
    '-H "Authorization: Bearer $TOCSIN_API_KEY"',
    "-H 'Content-Type: application/json'",
    `--data-raw ${shellQuote(JSON.stringify({ id, createdAt, severity, type, title }))}`,
  ].join(' \\\n  ');
}
