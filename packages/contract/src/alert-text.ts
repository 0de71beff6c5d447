import { type JsonKind, type JsonText, jsonText, type ScannedValue, scanJson } from '@tocsin/json';
import type { AlertInput } from './alert.ts';
import { LIMITS } from './limits.ts';

type Field = keyof AlertInput;

/** Fields that are lists of strings, with how many entries they may have. */
const LISTS: Partial<Record<Field, number>> = {
  tags: LIMITS.tagsMax,
  logTypes: LIMITS.logTypesMax,
  destinations: LIMITS.namedDestinationsMax,
  outputIds: LIMITS.outputIdsMax,
};

const FIELDS: ReadonlySet<string> = new Set<Field>([
  'id',
  'createdAt',
  'severity',
  'type',
  'link',
  'title',
  'name',
  'alertId',
  'description',
  'runbook',
  'tags',
  'version',
  'logTypes',
  'destinations',
  'outputIds',
  'alertContext',
  'dedupKey',
  'condition',
]);

/** `"alertContext"`, each letter written as an escape. */
const KEY_BYTES_MAX = 2 + 12 * 6;

interface Span {
  kind: JsonKind;
  start: number;
  end: number;
  entries: number;
}

/** Where an alert lies in a body, and its fields in it. Nothing is built of it yet. */
export interface AlertSpan extends Span {
  /** Deeper than allowed, and not looked into. */
  isTooDeep: boolean;
  fields: ReadonlyMap<string, Span>;
}

const spanOf = ({ kind, start, end, entries }: ScannedValue): Span => ({ kind, start, end, entries });

/**
 * Gathers alerts while a body is scanned; of each, the fields that an alert has. Of a key that is given twice the last
 * one counts, as in `JSON.parse`.
 *
 * @param depth how many objects and arrays are around each alert
 * @param take is given each alert at its end; false ends the scan
 */
export function gatherAlerts(
  bytes: Buffer,
  depth: number,
  take: (alert: AlertSpan) => boolean,
): { reportDepth: number; report: (value: ScannedValue) => boolean } {
  let fields = new Map<string, Span>();
  return {
    reportDepth: depth + 1,
    report(value) {
      if (value.depth === depth + 1 && value.keyStart >= 0) {
        const key = readKey(bytes, value);
        if (key !== null && FIELDS.has(key)) fields.set(key, spanOf(value));
        return true;
      }
      if (value.depth !== depth) return true;
      const alert = { ...spanOf(value), isTooDeep: value.isTooDeep, fields };
      fields = new Map();
      return take(alert);
    },
  };
}

function readKey(bytes: Buffer, { keyStart, keyEnd }: ScannedValue): string | null {
  if (keyEnd - keyStart > KEY_BYTES_MAX) return null;
  const text = bytes.toString('latin1', keyStart + 1, keyEnd - 1);
  return text.includes('\\') ? (JSON.parse(`"${text}"`) as string) : text;
}

/**
 * Builds of an alert what its schema looks at and no more: strings, lists of strings that are not too long, and
 * `alertContext` as the text it was written as. Every other value is replaced by an empty value of its kind.
 *
 * @param bytes valid UTF-8
 */
export function buildAlert(bytes: Buffer, alert: AlertSpan): unknown {
  if (alert.kind !== 'object') return build(bytes, alert);
  const built: Record<string, unknown> = {};
  for (const [name, span] of alert.fields) {
    const entriesMax = LISTS[name as Field];
    if (name === 'alertContext' && span.kind === 'object') built[name] = contextOf(bytes, span);
    else if (entriesMax !== undefined && span.kind === 'array')
      built[name] = span.entries > entriesMax ? new Array(entriesMax + 1) : buildList(bytes, span);
    else built[name] = build(bytes, span);
  }
  return built;
}

function contextOf(bytes: Buffer, { start, end }: Span): JsonText {
  return jsonText(bytes.toString('utf8', start, end));
}

function buildList(bytes: Buffer, { start, end }: Span): unknown[] {
  const list: unknown[] = [];
  scanJson(bytes, {
    start,
    end,
    depthMax: LIMITS.jsonDepthMax,
    reportDepth: 1,
    report: (value) => {
      if (value.depth === 1) list.push(build(bytes, value));
      return true;
    },
  });
  return list;
}

function build(bytes: Buffer, { kind, start, end }: Pick<Span, 'kind' | 'start' | 'end'>): unknown {
  switch (kind) {
    case 'string':
      return JSON.parse(bytes.toString('utf8', start, end));
    case 'number':
      return 0;
    case 'true':
    case 'false':
      return kind === 'true';
    case 'null':
      return null;
    case 'array':
      return [];
    default:
      return {};
  }
}
