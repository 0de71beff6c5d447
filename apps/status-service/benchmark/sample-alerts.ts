import { LIMITS, type RoutingFacts, SEVERITIES } from '@tocsin/contract';
import { searchTerms } from '@tocsin/store';
import { v7 as uuidv7 } from 'uuid';

const SUBJECTS = [
  'Console login',
  'Root login',
  'Role assumed',
  'Bucket made public',
  'Key created',
  'Port scan',
];
const SOURCES = [
  'AWS.CloudTrail',
  'Okta.SystemLog',
  'GCP.AuditLog',
  'Azure.Audit',
  'GitHub.Audit',
  'Crowdstrike.FDR',
];
const LONG = 'What this detection looks for, why it matters, and what has been seen of it so far. ';

/** A share of all alerts in which something is seen; what is only in the oldest is found last by newest first. */
export const MARKS = {
  common: 'signin',
  frequent: 'ransomware',
  rare: 'zebra',
  old: 'quokka',
  absent: 'nowhere',
};

/** A place from 0 up to `count`, the first ones much more often than the last. */
const skewed = (random: () => number, count: number) => Math.floor(count ** random()) - 1;

function pick<T>(values: readonly T[], random: () => number): T {
  return values[Math.floor(random() * values.length)] as T;
}

function severityOf(random: () => number): number {
  const at = random();
  return [0.005, 0.035, 0.18, 0.5, 1].findIndex((end) => at < end);
}

function typeOf(random: () => number): string {
  const at = random();
  if (at < 0.8) return 'RULE';
  if (at < 0.95) return 'SCHEDULED_RULE';
  return at < 0.995 ? 'CORRELATION_RULE' : at < 0.9995 ? 'POLICY' : 'RULE_ERROR';
}

function titleOf(random: () => number, age: number): string {
  const user = `user${Math.floor(random() * 20_000)}`;
  const machine = `i-${Math.floor(random() * 2 ** 40).toString(16)}`;
  const words = [
    pick(SUBJECTS, random),
    `signin of ${user} from 10.${Math.floor(random() * 256)}.7.1 on ${machine}`,
  ];
  if (random() < 1 / 100) words.push('with ransomware');
  if (random() < 1 / 50_000) words.push('near zebra');
  if (age > 0.95 && random() < 1 / 3) words.push('and quokka');
  if (random() < 1 / 50) words.push('Zürich 日本語');
  if (random() < 1 / 500) words.push(LONG.repeat(25));
  return words.join(' ');
}

function logTypesOf(random: () => number, age: number): string[] {
  if (random() < 1 / 10_000) return ['Rare.Log'];
  if (age > 0.9 && random() < 1 / 5) return ['Old.Log'];
  return random() < 0.05 ? [] : [SOURCES[skewed(random, 40)] ?? `Log.Type${skewed(random, 40)}`];
}

function tagsOf(random: () => number): string[] {
  const tags = Array.from({ length: Math.floor(random() * 4) }, () => `team${skewed(random, 200)}`);
  return random() < 1 / 10_000 ? [...tags, 'rare'] : [...new Set(tags)];
}

/**
 * An alert as ingest stores it: texts in several languages and lengths, few log types, tags and severities that are most
 * of all, and some that are rare or in the oldest alone.
 *
 * @param age from 1 for the oldest to 0 for the newest
 */
export function sampleAlert(random: () => number, at: Date, age: number) {
  const severityRank = severityOf(random);
  const severity = SEVERITIES[severityRank] as RoutingFacts['severity'];
  const [type, title, tags, logTypes] = [
    typeOf(random),
    titleOf(random, age),
    tagsOf(random),
    logTypesOf(random, age),
  ];
  const name = `${pick(SUBJECTS, random)} ${skewed(random, 300)}`;
  const detectionId = `${pick(SOURCES, random)}.Rule${skewed(random, 300)}`;
  const alertId = uuidv7({
    msecs: at.getTime(),
    random: Uint8Array.from({ length: 16 }, () => random() * 256),
  });
  const payload = {
    ...{
      id: detectionId,
      createdAt: at.toISOString(),
      severity,
      type,
      link: `https://tocsin.example.com/alerts/${alertId}`,
    },
    ...{
      title,
      name,
      alertId,
      description: LONG.repeat(random() < 1 / 50 ? 100 : 3),
      runbook: LONG.repeat(4),
      tags,
    },
    version: null,
  };
  return {
    ...{ alertId, at: at.toISOString(), severityRank, type, detectionId, title, name, logTypes, tags },
    terms: searchTerms({ detectionId, title, name, severityRank, type, logTypes, tags }),
    payload: JSON.stringify(payload),
    facts: JSON.stringify({ severity, type, logTypes, destinations: null, outputIds: [] }),
    context: random() < 1 / 10 ? JSON.stringify({ event: LONG.repeat(10) }) : null,
  };
}

/** Alerts that ingest would have stored in one statement share their time of receipt. */
export const SAMPLE_BATCH = LIMITS.alertsPerRequestMax / 10;
