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
    ...{ name, scope: 'alerts:read', target: 'proxy', targetWithoutProxy: service, answered: [200] },
    prepare: () => (attacker) =>
      attacker.repeat(parallel, () => attacker.send({ path: paths(attacker.random), headers })),
  };
}

/** Words that all stored alerts have, some that few or none have, and the most that one search may have. */
const WORDS = [
  ...['attack', 'seeded', 'number', 'a', 'zz', 'rule one', 'ttac', 'seed-INFO', 'seeded alert 77'],
  'see ale num bef the att rul sed a b',
];
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
/** Pages of the queue board as large as they are given, also of what there is none of. */
const QUEUE_PAGES = ['', '&status=completed', '&status=failed', '&status=delayed', '&page=1000000'];

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
    (random) => `/queues/api/queues?activeQueue=deliveries-0&jobsPerPage=100${pick(QUEUE_PAGES, random)}`,
    { service: 'control' },
  ),
  {
    ...{ name: 'pages-of-the-console', scope: null, target: 'proxy', targetWithoutProxy: 'control' },
    answered: [200],
    prepare: () => (attacker) =>
      attacker.repeat(64, () =>
        attacker.send({
          path: pick(['/', '/openapi.json', '/docs', '/alerts'], attacker.random),
          headers: { ...gzip, accept: 'text/html' },
        }),
      ),
  },
];
