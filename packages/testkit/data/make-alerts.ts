/**
 * Makes the alerts of `alerts/`, with the answer of the routing rules for them: `node packages/testkit/data/make-alerts.ts`.
 * The answer is worked out here in the plainest way; this file shares no code with the router on purpose. The same seed
 * gives the same files; a test holds the folder to it.
 */
import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { createRandomNumbers } from '../src/random-numbers.ts';

interface Destination {
  id: string;
  displayName: string;
  url: string;
  severities: string[];
  alertTypes: string[];
  logTypes: string[];
  requireLogType?: boolean;
  enabled?: boolean;
  headers: { name: string; value: string }[];
}

interface Alert {
  alertId: string;
  severity: string;
  type: string;
  logTypes: string[];
  destinations?: string[] | null;
  outputIds?: string[];
  [field: string]: unknown;
}

const SEED = 20260701;
const ALERTS = 100;
const SEVERITIES = ['INFO', 'LOW', 'MEDIUM', 'HIGH', 'CRITICAL'];
const DETECTIONS = ['RULE', 'SCHEDULED_RULE', 'CORRELATION_RULE', 'POLICY'];
const ERRORS = ['RULE_ERROR', 'SCHEDULED_RULE_ERROR', 'CORRELATION_RULE_ERROR', 'SYSTEM_ERROR'];
const LOG_TYPES = ['AWS.CloudTrail', 'AWS.GuardDuty', 'Okta.SystemLog', 'GitHub.Audit', 'Slack.AuditLogs'];
const TITLES = [
  'Root signed in without MFA',
  'Anmeldung aus Zürich außerhalb der Bürozeit',
  '東京からの不審なログイン',
  'A “public” bucket <script>alert(1)</script> & more',
  'Admin role granted 🚨',
];

/** Destination `number`: it takes everything, but for what is given. */
function destination(number: number, displayName: string, changes: Partial<Destination> = {}): Destination {
  const place = String(number).padStart(2, '0');
  return {
    id: `d0000000-0000-4000-8000-0000000000${place}`,
    displayName,
    url: `http://127.0.0.1:18081/hook/${place}`,
    severities: SEVERITIES,
    alertTypes: [...DETECTIONS, ...ERRORS],
    logTypes: [],
    headers: number % 3 === 0 ? [{ name: 'X-Api-Key', value: `test-key-${place}` }] : [],
    ...changes,
  };
}

const DESTINATIONS = [
  destination(0, 'Archive (everything)'),
  destination(1, 'Pager: critical detections', { severities: ['CRITICAL'], alertTypes: DETECTIONS }),
  destination(2, 'Queue: high and critical', { severities: ['HIGH', 'CRITICAL'], alertTypes: DETECTIONS }),
  destination(3, 'Cloud: AWS', { logTypes: ['AWS.CloudTrail', 'AWS.GuardDuty'] }),
  destination(4, 'Identity – Okta ⚠', { logTypes: ['Okta.SystemLog'], requireLogType: true }),
  destination(5, 'Policies', { alertTypes: ['POLICY'] }),
  destination(6, 'System errors, info only', { severities: ['INFO'], alertTypes: ['SYSTEM_ERROR'] }),
  destination(7, 'By name alone', { severities: [] }),
  destination(8, 'A log type that no alert has', { logTypes: ['Unheard.Of'], requireLogType: true }),
  destination(9, 'Switched off', { enabled: false }),
];

function makeAlerts(): Alert[] {
  const random = createRandomNumbers(SEED);
  const below = (bound: number) => Math.floor(random() * bound);
  const oneOf = <T>(list: readonly T[]) => list[below(list.length)] as T;
  const someOf = <T>(list: readonly T[], max: number) => {
    const chosen = Array.from({ length: below(max + 1) }, () => oneOf(list));
    return [...new Set(chosen)];
  };
  return Array.from({ length: ALERTS }, (_, number): Alert => {
    const alertId = createHash('md5').update(`${SEED} ${number}`).digest('hex');
    const type = below(5) === 0 ? oneOf(ERRORS) : oneOf(DETECTIONS);
    const title = oneOf(TITLES);
    return {
      id: `Test.Detection.${below(20)}`,
      createdAt: `2026-07-0${1 + below(9)}T0${below(10)}:${10 + below(50)}:12.${below(100_000)}Z`,
      severity: oneOf(SEVERITIES),
      type,
      link: `https://tocsin.example/alerts/${alertId}`,
      title,
      name: title,
      alertId,
      description: `Detection ${number}.\nIt says "${title}".`,
      runbook: oneOf(['', '1. Look at it.\n2. Close it.\n']),
      tags: someOf(['Credential Access', 'Persistence', 'Über'], 3),
      version: oneOf(['v1', 'v2']),
      logTypes: someOf(LOG_TYPES, 2),
      ...overridesOf(number, below, oneOf),
    };
  });
}

/** One alert in five says itself where it goes. The first does not: it is read back as an ordinary one. */
function overridesOf(
  number: number,
  below: (bound: number) => number,
  oneOf: <T>(list: readonly T[]) => T,
): Pick<Alert, 'destinations' | 'outputIds'> {
  const choice = below(20);
  const [first, second] = [oneOf(DESTINATIONS), oneOf(DESTINATIONS)];
  if (number === 0 || choice > 4) return {};
  if (choice === 0) return { destinations: oneOf([[], ['SKIP'], [first.displayName, 'SKIP']]) };
  if (choice === 1) return { destinations: ['By name alone', second.id.toUpperCase()] };
  if (choice === 2) return { destinations: [first.displayName, 'nobody'] };
  if (choice === 3) return { destinations: null, outputIds: ['ffffffff-0000-4000-8000-000000000000'] };
  return { outputIds: [first.id.toUpperCase(), second.id, 'ffffffff-0000-4000-8000-000000000000'] };
}

/** The destinations of an alert, by the three rules in their order (`packages/routing/README.md`). */
function destinationsOf(alert: Alert): Destination[] {
  const meant = namedBy(alert) ?? listedBy(alert) ?? DESTINATIONS.filter((one) => takes(one, alert));
  return meant.filter((one) => one.enabled !== false);
}

/** Rule 1; null where it says nothing: the alert has no `destinations`, or one of them is unknown. */
function namedBy({ destinations }: Alert): Destination[] | null {
  if (destinations === undefined || destinations === null) return null;
  if (destinations.includes('SKIP')) return [];
  const isNamed = (one: Destination, name: string) =>
    one.id === name.toLowerCase() || one.displayName === name;
  if (destinations.some((name) => !DESTINATIONS.some((one) => isNamed(one, name)))) return null;
  return DESTINATIONS.filter((one) => destinations.some((name) => isNamed(one, name)));
}

/** Rule 2; null where none of the ids is known. */
function listedBy({ outputIds = [] }: Alert): Destination[] | null {
  const listed = DESTINATIONS.filter((one) => outputIds.some((id) => id.toLowerCase() === one.id));
  return listed.length > 0 ? listed : null;
}

/** Rule 3: a destination's own filters. To one that takes any severity, a system error comes with whatever severity. */
function takes(one: Destination, alert: Alert): boolean {
  if (!one.alertTypes.includes(alert.type)) return false;
  if (one.severities.length === 0) return false;
  if (alert.type !== 'SYSTEM_ERROR' && !one.severities.includes(alert.severity)) return false;
  if (one.logTypes.length === 0) return true;
  if (alert.logTypes.length === 0) return one.requireLogType !== true;
  return alert.logTypes.some((logType) => one.logTypes.includes(logType));
}

function expectationOf(alerts: readonly Alert[]) {
  const routed = alerts.map((alert) => ({ alertId: alert.alertId, to: destinationsOf(alert) }));
  const fanouts = routed.map(({ to }) => to.length).sort((a, b) => a - b);
  const alertsByFanout = Object.fromEntries(
    fanouts.map((fanout) => [fanout, fanouts.filter((other) => other === fanout).length]),
  );
  const perDestination = DESTINATIONS.map((one) => {
    const ids = routed
      .filter(({ to }) => to.includes(one))
      .map(({ alertId }) => alertId)
      .sort();
    const text = ids.map((alertId) => `${alertId}\n`).join('');
    const alertIdsSha256 = createHash('sha256').update(text).digest('hex');
    return { id: one.id, displayName: one.displayName, deliveries: ids.length, alertIdsSha256 };
  });
  return {
    totalDeliveries: fanouts.reduce((sum, fanout) => sum + fanout, 0),
    alertsByFanout,
    perDestination,
  };
}

/** @returns the text of each file by its name */
export function makeAlertFiles(): Record<string, string> {
  const alerts = makeAlerts();
  return {
    'alerts.ndjson': alerts.map((alert) => `${JSON.stringify(alert)}\n`).join(''),
    'destinations.json': `${JSON.stringify(DESTINATIONS, null, 2)}\n`,
    'expected.json': `${JSON.stringify(expectationOf(alerts), null, 2)}\n`,
  };
}

if (import.meta.main) {
  for (const [name, text] of Object.entries(makeAlertFiles())) {
    writeFileSync(new URL(`alerts/${name}`, import.meta.url), text);
  }
}
