import { createHash } from 'node:crypto';
import type { AlertSet, Recorded } from '@tocsin/testkit';

/** The path that a destination has at the receiver. */
export function receiverPath(destination: { url: string }): string {
  return new URL(destination.url).pathname;
}

/** What each destination received, in the form of the expectation: alert ids, each once, sorted and hashed. */
export function summariseReceived(requests: readonly Recorded[], { destinations, expected }: AlertSet) {
  return expected.perDestination.map(({ id, displayName }) => {
    const destination = destinations.find((candidate) => candidate.id === id);
    const here = requests.filter((request) => destination && request.path === receiverPath(destination));
    const ids = new Set(here.map((request) => JSON.parse(request.body.toString()).alertId as string));
    const text = [...ids].sort().map((alertId) => `${alertId}\n`);
    return {
      id,
      displayName,
      deliveries: ids.size,
      alertIdsSha256: createHash('sha256').update(text.join('')).digest('hex'),
    };
  });
}
