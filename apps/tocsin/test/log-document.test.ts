import { describe, expect, test } from '@jest/globals';
import { readRepositoryFile as read, sources } from './sources.ts';

const EVENT = /[a-z_]+(?:\.[a-z_]+)+/.source;

/** The beginning of a call of a logger. `errors.level()` is warn, or debug while an outage is felt. */
const CALL =
  /\w*log(?:ger)?(?:\(\))?(?:(?:\?\.|\.)(trace|debug|info|warn|error|fatal)|\[errors\.level\(\)\])(?:\?\.)?\(/gi;

/** Its own lines have their events from those who open an outage or a failure log, which types see to. */
const GIVES_NO_EVENTS_OF_ITS_OWN = 'packages/outage/src/';

interface Call {
  level: string;
  /** Undefined where the call does not begin with one. */
  event: string | undefined;
}

function callsIn(text: string): Call[] {
  return [...text.matchAll(CALL)].map(({ 0: call, 1: level = 'warn', index }) => {
    const [, event] =
      new RegExp(`^\\s*\\{\\s*event: '(${EVENT})'`).exec(text.slice(index + call.length)) ?? [];
    return { level, event };
  });
}

/** The lines of failure logs and of outages. */
function indirectIn(text: string): Call[] {
  const lines = [...text.matchAll(/\b(failing|working): \{\s*event: '([^']*)'/g)].map(([, kind, event]) => ({
    level: kind === 'failing' ? 'warn' : 'info',
    event,
  }));
  const outages = [...text.matchAll(/\bname: '[^']+',\s*event: '([a-z_]+)'/g)].flatMap(([, name]) => [
    { level: 'warn', event: `${name}.unavailable` },
    { level: 'info', event: `${name}.available` },
  ]);
  return [...lines, ...outages];
}

/** What is a line at one level, and at `debug` where it is a repetition or follows from an outage, has that level. */
function withoutRepetitions<T extends Call>(calls: T[]): T[] {
  const loud = new Set(calls.filter(({ level }) => level !== 'debug').map(({ event }) => event));
  return calls.filter(({ level, event }) => event === undefined || level !== 'debug' || !loud.has(event));
}

const files = sources().filter(({ file }) => !file.startsWith(GIVES_NO_EVENTS_OF_ITS_OWN));
const written = withoutRepetitions(
  files.flatMap(({ file, text }) =>
    [...callsIn(text), ...indirectIn(text)].map((call) => ({ file, ...call })),
  ),
);

const ROW = new RegExp(`^\\| \`(${EVENT})\` \\| (\\w+) \\| ([a-z, -]+) \\| .+ \\| .*\\|$`, 'gm');
const documented = [...read('docs/log.md').matchAll(ROW)].map(
  ([, event = '', level = '', services = '']) => ({ event, level, services: services.split(', ') }),
);

const once = (lines: string[]) => [...new Set(lines)].sort();

test('every call of a logger begins with its event', () => {
  expect(written.length).toBeGreaterThan(60);
  expect(written.filter(({ event }) => event === undefined)).toEqual([]);
});

test('a call that does not is found', () => {
  const without = [
    "log.info('started');",
    "log?.error({ err }, 'no event');",
    "context.log().warn(line, 'no event');",
    "settings.log[errors.level()]({ jobId }, 'no event');",
    "deps.log.debug?.(\n  { ...fields, event: 'a.b' },\n  'not at its beginning',\n);",
    "log.warn({ event: 'Not spelt so' }, 'x');",
  ];
  expect(without.flatMap(callsIn).map(({ event }) => event)).toEqual(without.map(() => undefined));
  expect(
    callsIn("requestLog.fatal(\n  { event: 'a.b_c', x },\n  'x');\nlog.trace({ event: 'a.b' }, 'x')"),
  ).toEqual([
    { level: 'fatal', event: 'a.b_c' },
    { level: 'trace', event: 'a.b' },
  ]);
});

test('docs/log.md has every event, with its level, and no other', () => {
  const rows = documented.map(({ event, level }) => `${event} ${level}`);
  expect(rows).toHaveLength(new Set(rows).size);
  expect(rows.toSorted()).toEqual(once(written.map(({ event, level }) => `${event} ${level}`)));
});

const SERVICES = ['ingest-api', 'router', 'delivery-worker', 'status-service', 'control-api', 'tocsin'];

test('docs/log.md says of an event which services write it', () => {
  const unknown = documented
    .flatMap(({ services }) => services)
    .filter((name) => !['all', ...SERVICES].includes(name));
  expect(unknown).toEqual([]);
  const missing = written.filter(({ file, event: of }) => {
    const [, service] = /^apps\/([^/]+)\//.exec(file) ?? [];
    const { services = [] } = documented.find(({ event }) => event === of) ?? {};
    return service !== undefined && !services.includes(service) && !services.includes('all');
  });
  expect(missing).toEqual([]);
});

describe.each(SERVICES)('the page of %s', (service) => {
  const page = read(`docs/services/${service}.md`);
  const section = (name: string) =>
    new RegExp(`^#+ ${name}\\n([^]*?)(?=^#|(?![^]))`, 'm').exec(page)?.[1] ?? '';
  const eventsIn = (text: string) =>
    [...text.matchAll(new RegExp(`\`(${EVENT})\``, 'g'))].map(([, event = '']) => event);

  test('lists the events of its service', () => {
    const own = documented.filter(({ services }) => services.includes(service)).map(({ event }) => event);
    expect(eventsIn(section('Log events')).sort()).toEqual(own.sort());
  });

  test('names no other where it says what fails', () => {
    const known = documented
      .filter(({ services }) => services.includes(service) || services.includes('all'))
      .map(({ event }) => event);
    const named = eventsIn(section('Failure modes')).filter((name) => name !== 'err.code');
    expect(named.filter((event) => !known.includes(event))).toEqual([]);
  });
});
