import { ApiError, ConnectionError } from '@tocsin/client';
import type { IngestResult, IngestSummary } from '@tocsin/contract';
import type { AlertEntry, Rejection } from './alert-entry.ts';
import { explainRefusal, ownId } from './explain-refusal.ts';

export interface PostOutcome {
  accepted: number;
  duplicates: number;
  /** Of the duplicates, those whose content is not the same as what is stored. */
  differing: number;
  /** Test alerts (`Test.Alert`), which are neither stored nor delivered. */
  tests: number;
  rejections: Rejection[];
}

/** Alerts as they go out. */
export interface RequestBody {
  text: string;
  contentType: 'application/x-ndjson' | 'application/json';
}

export interface PostDeps {
  /** @param repeatable every alert in it has an id, so sending it again is harmless */
  post(body: RequestBody, repeatable: boolean): Promise<IngestSummary>;
}

function readSummary(alerts: readonly AlertEntry[], summary: IngestSummary): PostOutcome {
  if (summary.results.length !== alerts.length) {
    throw new ConnectionError(
      'unexpected_answer',
      `The server answered for ${summary.results.length} alerts where ${alerts.length} were sent.`,
    );
  }
  const rejections = summary.results
    .filter((result) => result.status === 'rejected')
    .flatMap((result) => {
      const alert = alerts[result.index];
      if (alert === undefined) return [];
      const { code = 'invalid_alert', message = 'rejected', errors = [] } = result.error ?? {};
      return [{ item: alert.item, line: alert.line, alertId: ownId(alert), code, message, errors }];
    });
  const count = (is: (result: IngestResult) => boolean) => summary.results.filter(is).length;
  return {
    accepted: summary.accepted,
    duplicates: summary.duplicates,
    differing: count(({ differs }) => differs === true),
    tests: count(({ status }) => status === 'test'),
    rejections,
  };
}

const NOTHING = { accepted: 0, duplicates: 0, differing: 0, tests: 0 };

/** Refusals because of the alerts; none of them is stored. */
const VERDICTS = new Set(['invalid_alert', 'reserved_id']);

/** NDJSON; an array where an alert is written over several lines, since it is sent as it was written. */
function bodyOf(alerts: readonly AlertEntry[]): RequestBody {
  const texts = alerts.map(({ text }) => text);
  return texts.some((text) => /[\r\n]/.test(text))
    ? { text: `[${texts.join(',')}]`, contentType: 'application/json' }
    : { text: texts.map((text) => `${text}\n`).join(''), contentType: 'application/x-ndjson' };
}

/** Refusals of a whole request whose parts may be accepted. */
function isDivisible(error: ApiError): boolean {
  return error.status === 413 || error.code === 'malformed_body';
}

/**
 * Posts alerts and tells what became of each. A request refused as a whole is halved until the faulty alert is alone: a
 * proxy in between may allow less than Tocsin, and one bad alert must not hold up the others.
 *
 * @throws errors of `post` that are not about the alerts themselves
 */
export async function postBatch(alerts: readonly AlertEntry[], deps: PostDeps): Promise<PostOutcome> {
  if (alerts.length === 0) return { ...NOTHING, rejections: [] };
  const repeatable = alerts.every((alert) => alert.alertId !== null);
  try {
    return readSummary(alerts, await deps.post(bodyOf(alerts), repeatable));
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    const isLone = alerts.length === 1;
    if (isDivisible(error) && !isLone) {
      const middle = Math.ceil(alerts.length / 2);
      const first = await postBatch(alerts.slice(0, middle), deps);
      const second = await postBatch(alerts.slice(middle), deps);
      return {
        accepted: first.accepted + second.accepted,
        duplicates: first.duplicates + second.duplicates,
        differing: first.differing + second.differing,
        tests: first.tests + second.tests,
        rejections: [...first.rejections, ...second.rejections],
      };
    }
    const isVerdict = VERDICTS.has(error.code) || (isDivisible(error) && isLone);
    if (!isVerdict) throw error;
    const rejections = alerts.map((alert, index) => explainRefusal(error, alert, index, isLone));
    return { ...NOTHING, rejections };
  }
}
