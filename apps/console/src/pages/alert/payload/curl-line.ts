import type { Schemas } from '../../../api/client.ts';
import { shellQuote } from '../../../format/shell-quote.ts';
import type { ShownAlert } from '../read-alert.ts';
import { bodyText } from './payload-text.ts';

/** Linux lets one argument of a program have 128 KiB; some room is left for quotes. */
const ARGUMENT_BYTES_MAX = 120 * 1024;

/** Characters by which curl reads a URL as a pattern of several URLs. */
const GLOB = /[[\]{}]/;

type Target = Pick<Schemas['Destination'], 'url' | 'headers' | 'includeContext'>;

/**
 * A command that repeats what a delivery's attempts POST, for a POSIX shell.
 *
 * The values of the destination's headers are masked, as the API shows them, and must be filled in by hand. There is no
 * `webhook-signature`: only Tocsin knows the secret. The timestamp is that of the moment when the command runs.
 *
 * @param deliveryId the delivery's id, which is the `webhook-id` of all its attempts
 */
export function curlLine(
  alert: ShownAlert,
  { url, headers, includeContext }: Target,
  deliveryId: string,
): string {
  const body = bodyText(alert, includeContext);
  // printf is built into the shell, so the limit on a program's arguments does not apply.
  const isLong = new TextEncoder().encode(body).length > ARGUMENT_BYTES_MAX;
  const custom = new Set(headers.map(({ name }) => name.toLowerCase()));
  const own = ['Content-Type', 'Accept'].filter((name) => !custom.has(name.toLowerCase()));
  const words = [
    `curl -sS -i${GLOB.test(url) ? ' --globoff' : ''} -X POST ${shellQuote(url)}`,
    ...own.map((name) => header(`${name}: application/json`)),
    header(`webhook-id: ${deliveryId}`),
    '-H "webhook-timestamp: $(date +%s)"',
    ...headers.map(({ name, value }) => header(`${name}: ${value}`)),
    isLong ? '--data-binary @-' : `--data-raw ${shellQuote(body)}`,
  ];
  const command = words.join(' \\\n  ');
  return isLong ? `printf %s ${shellQuote(body)} | ${command}` : command;
}

function header(line: string): string {
  return `-H ${shellQuote(line)}`;
}
