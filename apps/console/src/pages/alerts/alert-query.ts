import type { Schemas } from '../../api/client.ts';
import { ALERT_TYPES, type AlertType, SEVERITIES, type Severity } from '../../format/labels/value-labels.ts';

type AlertStatus = Schemas['Alert']['status'];

export const ALERT_STATUSES: readonly AlertStatus[] = [
  'routing',
  'unrouted',
  'pending',
  'succeeded',
  'failed',
  'cancelled',
];

/** Ranges that end now; milliseconds. */
export const LAST_MS = { hour: 3_600_000, day: 86_400_000, week: 7 * 86_400_000 } as const;
export type Last = keyof typeof LAST_MS;

/** The filters of the list as the page's URL names them. */
export const FILTER_NAMES = [
  'q',
  'severity',
  'type',
  'status',
  'logType',
  'destinationId',
  'last',
  'since',
  'until',
] as const;

/** The filters of the list, checked. */
export interface AlertFilters {
  q?: string;
  severity?: Severity[];
  type?: AlertType[];
  status?: AlertStatus[];
  logType?: string;
  destinationId?: string;
  last?: Last;
  since?: string;
  until?: string;
}

const SEARCH_CHARACTERS_MAX = 500;
const LOG_TYPE_CHARACTERS_MAX = 1_000;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** The values of a page's URL by name; the part of `UrlFilters` that is read here. */
interface UrlValues {
  get: (name: string) => string | null;
  list: (name: string) => string[];
}

/**
 * Reads the filters out of a URL, which anybody may have written: what the API would refuse is left out.
 *
 * A range that ends now replaces `since` and `until`.
 */
export function readFilters(url: UrlValues): AlertFilters {
  const last = url.get('last');
  const isLast = last !== null && Object.hasOwn(LAST_MS, last);
  const found: { [Name in keyof AlertFilters]: AlertFilters[Name] | null } = {
    q: plainText(url.get('q'), SEARCH_CHARACTERS_MAX),
    severity: known(url.list('severity'), SEVERITIES),
    type: known(url.list('type'), ALERT_TYPES),
    status: known(url.list('status'), ALERT_STATUSES),
    logType: plainText(url.get('logType'), LOG_TYPE_CHARACTERS_MAX),
    destinationId: UUID.test(url.get('destinationId') ?? '') ? url.get('destinationId') : null,
    last: isLast ? (last as Last) : null,
    since: isLast ? null : instant(url.get('since')),
    until: isLast ? null : instant(url.get('until')),
  };
  return Object.fromEntries(Object.entries(found).filter(([, value]) => value !== null));
}

/** The API's parameters for these filters; a range that ends now begins its length before `nowMs`. */
export function queryOf({ last, ...filters }: AlertFilters, nowMs: number) {
  return last === undefined ? filters : { ...filters, since: new Date(nowMs - LAST_MS[last]).toISOString() };
}

/** The API refuses control characters in what it looks for. */
function plainText(text: string | null, charactersMax: number): string | null {
  const plain = (text ?? '').replaceAll(/\p{Cc}+/gu, ' ').trim();
  return plain === '' ? null : plain.slice(0, charactersMax);
}

function known<T extends string>(values: readonly string[], vocabulary: readonly T[]): T[] | null {
  const found = vocabulary.filter((word) => values.includes(word));
  return found.length === 0 ? null : found;
}

/** The API refuses times before 1970. */
function instant(text: string | null): string | null {
  const atMs = Date.parse(text ?? '');
  return atMs >= 0 ? new Date(atMs).toISOString() : null;
}
