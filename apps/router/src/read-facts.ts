import { type RoutingFacts, routingFactsSchema } from '@tocsin/contract';

/** An alert of a job, as the queue carries it. */
export interface QueuedAlert {
  id: string;
  /** JSON text of the routing facts. */
  facts: string;
}

export interface ReadableAlert {
  id: string;
  facts: RoutingFacts;
}

function parse(text: string): RoutingFacts | null {
  try {
    return routingFactsSchema.parse(JSON.parse(text));
  } catch {
    return null;
  }
}

/**
 * Reads the facts of a job's alerts.
 *
 * @returns those that can be read, and the ids of those that cannot: one bad alert must not hold up its neighbours
 */
export function readFacts(alerts: readonly QueuedAlert[]): {
  readable: ReadableAlert[];
  unreadable: string[];
} {
  const readable: ReadableAlert[] = [];
  const unreadable: string[] = [];
  for (const { id, facts: text } of alerts) {
    const facts = parse(text);
    if (facts === null) unreadable.push(id);
    else readable.push({ id, facts });
  }
  return { readable, unreadable };
}
