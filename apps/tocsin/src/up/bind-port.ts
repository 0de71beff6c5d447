import type { RequestListener } from 'node:http';
import { type EarlyListening, listenEarly, PortTakenError } from '@tocsin/http';
import { errorText } from '../output/error-text.ts';
import { UsageError } from '../usage-error.ts';

/**
 * Takes the port.
 *
 * @param untilOpen answers requests until `open` is called
 * @param address a port of 0 takes a free one
 * @throws UsageError if it cannot be bound
 */
export async function bindPort(
  untilOpen: RequestListener,
  { port, host }: { port: number; host: string },
): Promise<EarlyListening> {
  try {
    return await listenEarly(untilOpen, { port, host });
  } catch (error) {
    throw new UsageError(refusal(error, port, host), { cause: error });
  }
}

function refusal(error: unknown, port: number, host: string): string {
  if (!(error instanceof PortTakenError)) return `Cannot listen on ${host}:${port}: ${errorText(error)}.`;
  const other = port > 60_000 ? port - 1_000 : port + 1_000;
  return `Port ${port} on ${host} is taken by another process. Choose another: \`npm start -- --port ${other}\`, or \`tocsin up --port ${other}\`.`;
}
