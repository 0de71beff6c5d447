import type { AttackRequest } from '../attacker.ts';
import type { AttackCase } from '../case.ts';

function loop(
  name: string,
  parallel: number,
  paths: (random: () => number) => string,
  {
    headers = {},
    service = 'reads',
  }: { headers?: AttackRequest['headers']; service?: 'reads' | 'control' } = {},
): AttackCase {
  return {
    ...{ name, scope: 'alerts:read', door: 'proxy', doorWithoutProxy: service },
    prepare: () => (attacker) =>
      attacker.repeat(parallel, () => attacker.send({ path: paths(attacker.random), headers })),
  };
}

/** Words that the stored alerts have, and some that they have not. */
const WORDS = ['attack', 'seeded', 'number', 'a', 'zz', 'rule one', '%', '_', 'ttac'];
const LISTS = [
  '/v1/alerts?limit=200',
  '/v1/alerts?limit=200&status=pending',
  '/v1/alerts?limit=200&severity=INFO&type=RULE',
  '/v1/alerts?limit=200&tag=none',
  '/v1/deliveries?limit=200',
  '/v1/deliveries?limit=200&status=failed',
  '/v1/deliveries?limit=200&status=pending,retrying',
  '/v1/stats',
];
const pick = <T>(values: readonly T[], random: () => number) =>
  values[Math.floor(random() * values.length)] as T;
const gzip = { 'accept-encoding': 'gzip' };
/** Pages of the queue board as large as they are given, and larger ones. */
const QUEUE_PAGES = ['jobsPerPage=100', 'jobsPerPage=1000000', 'jobsPerPage=1000000&status=completed'];

/** Reading as hard as a key that may read can. */
export const READS: readonly AttackCase[] = [
  loop('searches', 40, (random) => `/v1/alerts?limit=200&q=${encodeURIComponent(pick(WORDS, random))}`),
  loop('lists', 16, (random) => pick(LISTS, random)),
  loop('lists-compressed', 16, (random) => pick(LISTS, random), { headers: gzip }),
  loop('pages-of-failures', 8, () => '/v1/deliveries?limit=200&status=failed', { headers: gzip }),
  loop('alert-pages', 8, (random) => `/v1/alerts/seed-large-${Math.floor(random() * 40)}`, { headers: gzip }),
  loop(
    'queue-pages',
    16,
    (random) => `/queues/api/queues?activeQueue=deliveries-0&${pick(QUEUE_PAGES, random)}`,
    { service: 'control' },
  ),
  {
    ...{ name: 'pages-of-the-console', scope: null, door: 'proxy', doorWithoutProxy: 'control' },
    prepare: () => (attacker) =>
      attacker.repeat(64, () =>
        attacker.send({
          path: pick(['/', '/openapi.json', '/docs', '/alerts'], attacker.random),
          headers: gzip,
        }),
      ),
  },
];
