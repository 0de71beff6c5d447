import { previewRoute, routingFactsOf } from '@tocsin/contract';
import { defineRoute } from '@tocsin/http';
import { createDecider } from '@tocsin/routing';
import type { RoutingDirectory } from '@tocsin/store';

/** Where an alert would go by the destinations of this moment: a change made just before is always seen. */
export function createPreviewRoute({ directory }: { directory: RoutingDirectory }) {
  const decider = createDecider({ destinations: directory });
  return defineRoute(previewRoute, async ({ body, query }) => {
    const [decision] = await decider.decide([routingFactsOf(body)], { explain: query.explain });
    return decision!;
  });
}
