import { listLogTypes, previewRoute, routingFactsOf } from '@tocsin/contract';
import { defineRoute, fitPage } from '@tocsin/http';
import { createDecider } from '@tocsin/routing';
import type { Database, RoutingDirectory } from '@tocsin/store';

/** Where an alert would go by the destinations of this moment: a change made just before is always seen. */
export function createPreviewRoute({ directory }: { directory: RoutingDirectory }) {
  const decider = createDecider({ destinations: directory });
  return defineRoute(previewRoute, async ({ body, query }) => {
    const [decision] = await decider.decide([routingFactsOf(body)], { explain: query.explain });
    return decision!;
  });
}

export function createListLogTypes({ reads }: { reads: Database }) {
  return defineRoute(listLogTypes, async () => ({ items: await readLogTypes(reads) }));
}

const LISTED_MAX = 1_000;

/** @returns log types that alerts had, by name; where there are too many, those that were seen last, as far as fits */
async function readLogTypes({ pool }: Database): Promise<string[]> {
  const { rows } = await pool.query<{ name: string }>(
    `SELECT log_type AS name FROM (
       SELECT log_type FROM log_types ORDER BY last_seen_day DESC, log_type LIMIT $1
     ) AS listed
     ORDER BY lower(log_type), log_type`,
    [LISTED_MAX],
  );
  return fitPage(rows.map(({ name }) => name));
}
