import { ALERT_STATUSES, DELIVERY_STATUSES } from '@tocsin/contract';
import { MARKS } from './sample-alerts.ts';

export interface ListRequest {
  /** What the request is one of, in the table of results. */
  kind: string;
  list: 'alerts' | 'deliveries';
  /** By the name of the parameter. */
  filters: Record<string, string>;
}

/** What requests ask for of what is stored. */
export interface ListTargets {
  /** Destinations of a fifth of all deliveries, of a few, of those that are retried, of those that failed long ago. */
  destinationIds: string[];
  /** Times of receipt: an hour ago, and a day long ago and the next. */
  recently: string;
  longAgo: [string, string];
  /** How an alert's id begins. */
  idStart: string;
}

type Filter = [name: string, value: string];

const SEARCHES = [
  ...Object.values(MARKS),
  'user123',
  'user',
  '10',
  'aws.cloudtrail.rule1',
  'signin ransomware',
  'signin zebra',
  'console login zürich 日本語',
  'signin user 10 nowhere',
];

/** Each value that an alert may be asked for by: common, rare, old and absent ones. */
const alertFilters = ({ destinationIds, recently, longAgo, idStart }: ListTargets): Filter[] => [
  ...['CRITICAL', 'INFO', 'HIGH,LOW'].map((value): Filter => ['severity', value]),
  ...['RULE', 'POLICY', 'SYSTEM_ERROR'].map((value): Filter => ['type', value]),
  ...['AWS.CloudTrail', 'Rare.Log', 'Old.Log', 'No.Log'].map((value): Filter => ['logType', value]),
  ...['team0', 'team150', 'rare', 'none'].map((value): Filter => ['tag', value]),
  ...[...ALERT_STATUSES, 'failed,succeeded', 'pending,routing'].map((value): Filter => ['status', value]),
  ...destinationIds.map((value): Filter => ['destinationId', value]),
  ...[...SEARCHES, idStart].map((value): Filter => ['q', value]),
  ['since', recently],
  ['since&until', longAgo.join()],
];

const deliveryFilters = ({ destinationIds, recently, longAgo, idStart }: ListTargets): Filter[] => [
  ...['CRITICAL', 'INFO', 'HIGH,LOW'].map((value): Filter => ['severity', value]),
  ...[...DELIVERY_STATUSES, 'failed,retrying', 'pending,retrying'].map((value): Filter => ['status', value]),
  ...['timeout', 'tls', 'dns', 'connection_refused', 'timeout,http_status'].map(
    (value): Filter => ['errorCode', value],
  ),
  ...destinationIds.map((value): Filter => ['destinationId', value]),
  ...[...SEARCHES, idStart].map((value): Filter => ['q', value]),
  ['since', recently],
  ['since&until', longAgo.join()],
];

/** Every list without a filter, with each filter alone, and with each two together. */
export function readRequests(targets: ListTargets): ListRequest[] {
  const all = { alerts: alertFilters(targets), deliveries: deliveryFilters(targets) };
  return (['alerts', 'deliveries'] as const).flatMap((list) => [
    { kind: `${list}, no filter`, list, filters: {} },
    ...all[list].map((filter) => requestOf(list, [filter])),
    ...pairs(all[list]).map((filters) => requestOf(list, filters)),
  ]);
}

function pairs(filters: Filter[]): [Filter, Filter][] {
  return filters
    .flatMap((first, n) => filters.slice(n + 1).map((second): [Filter, Filter] => [first, second]))
    .filter(([[first], [second]]) => first !== second && !(first === 'since' && second.startsWith('since')));
}

function requestOf(list: ListRequest['list'], filters: Filter[]): ListRequest {
  const given = filters.flatMap(([name, value]): Filter[] => {
    const [names, values] = [name.split('&'), value.split(',')];
    return names.length === 1 ? [[name, value]] : names.map((one, n) => [one, values[n] as string]);
  });
  const names = filters.map(([name]) => name);
  const both = names.includes('q') ? 'q and another filter' : 'two filters';
  return {
    kind: `${list} by ${names.length === 1 ? names[0] : both}`,
    list,
    filters: Object.fromEntries(given),
  };
}

/** One thing to ask over HTTP. */
export interface Read {
  kind: string;
  service: 'status-service' | 'control-api';
  path: string;
  send?: { method: string; body: unknown };
}

/** The lists of alerts and deliveries, the longest pages that there are. */
export function readsOfLists(targets: ListTargets): Read[] {
  return readRequests(targets).map(({ kind, list, filters }) => ({
    kind,
    service: 'status-service',
    path: `/v1/${list}?${new URLSearchParams({ ...filters, limit: '200' })}`,
  }));
}

/** Everything else that is read. */
export function otherReads(targets: ListTargets & { alertId: string; deliveryId: string }): Read[] {
  const { alertId, deliveryId, destinationIds, longAgo } = targets;
  const day = 24 * 60 * 60 * 1000;
  const ago = (days: number) => new Date(Date.now() - days * day).toISOString();
  const status = (kind: string, path: string): Read => ({ kind, service: 'status-service', path });
  const control = (kind: string, path: string): Read => ({ kind, service: 'control-api', path });
  const count = (more: object): Read => ({
    kind: 'count for a bulk resend',
    service: 'status-service',
    path: `/v1/resends`,
    send: { method: 'POST', body: { since: ago(40), until: ago(0), dryRun: true, ...more } },
  });
  return [
    status('one alert', `/v1/alerts/${alertId}`),
    status('one delivery', `/v1/deliveries/${deliveryId}`),
    ...[1 / 24, 1, 7, 30].map((days) => status('statistics', `/v1/stats?since=${ago(days)}`)),
    status('statistics of a destination', `/v1/stats?since=${ago(30)}&destinationId=${destinationIds[0]}`),
    status('bulk resends', '/v1/resends'),
    ...[{ status: 'failed' }, { status: ['failed', 'cancelled'], severities: ['CRITICAL'] }].map(count),
    ...[
      { status: 'failed', errorCodes: ['tls'] },
      { status: 'failed', since: longAgo[0] },
    ].map(count),
    count({ status: 'succeeded' }),
    control('destinations', '/v1/destinations?limit=1000'),
    control('destinations', '/v1/destinations?limit=1000&q=7'),
    control('one destination', `/v1/destinations/${destinationIds[0]}`),
    control('audit log', '/v1/audit-log?limit=200'),
    control('log types', '/v1/log-types'),
    control('keys', '/v1/api-keys'),
  ];
}
