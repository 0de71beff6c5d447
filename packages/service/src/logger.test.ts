import { describe, expect, test } from '@jest/globals';
import { createLogger, type Logger } from './logger.ts';

const CANARY = 'canary-4f1d';

function createRecordedLogger(level = 'trace') {
  const lines: string[] = [];
  const log = createLogger({ level, service: 'test', destination: { write: (line) => lines.push(line) } });
  return { log, lines, parsed: () => lines.map((line) => JSON.parse(line) as Record<string, unknown>) };
}

/** An error as got throws it: the options, with every header, hang on it as fields. */
function gotLikeError(): Error {
  const options = {
    url: new URL(`https://user:${CANARY}@hooks.example/${CANARY}?t=${CANARY}`),
    headers: { authorization: `Bearer ${CANARY}`, 'X-Custom': CANARY },
    body: CANARY,
  };
  const cause = Object.assign(new Error(`connect ECONNREFUSED at https://${CANARY}@host/${CANARY}`), {
    code: 'ECONNREFUSED',
    options,
  });
  return Object.assign(
    new Error(`Request to https://hooks.example/${CANARY}?a=${CANARY} failed`, { cause }),
    {
      name: 'RequestError',
      code: 'ERR_GOT_REQUEST_ERROR',
      options,
      request: { options, rawHeaders: ['Authorization', CANARY] },
      response: { headers: { 'set-cookie': CANARY }, body: CANARY, requestUrl: options.url },
      timings: { start: 1 },
    },
  );
}

const secretUrl = `https://user:${CANARY}@hooks.example/a/${CANARY}?key=${CANARY}`;

const WAYS: [string, (log: Logger) => void][] = [
  ['an error alone', (log) => log.error(gotLikeError())],
  ['an error with a message', (log) => log.error(gotLikeError(), 'failed')],
  ['an error as err', (log) => log.error({ err: gotLikeError() }, 'failed')],
  [
    'an error of ioredis as err, which holds its command',
    (log) =>
      log.error(
        { err: Object.assign(new Error('ERR syntax'), { command: { name: 'set', args: [CANARY] } }) },
        'x',
      ),
  ],
  [
    'an error as the cause of err',
    (log) => log.error({ err: new Error('it failed', { cause: gotLikeError() }) }, 'x'),
  ],
  ['a text as err', (log) => log.error({ err: `no way to ${secretUrl}` }, 'x')],
  [
    'a plain object as err',
    (log) => log.error({ err: { code: 'internal', message: `at ${secretUrl}`, url: CANARY } }, 'x'),
  ],
  ['an error as err without a message', (log) => log.error({ err: gotLikeError() })],
  [
    'an error under another name',
    (log) => log.error({ error: gotLikeError(), reason: gotLikeError() }, 'failed'),
  ],
  ['an error deep in a field', (log) => log.error({ at: { step: [{ inner: gotLikeError() }] } }, 'failed')],
  ['an error as an argument', (log) => log.error('failed: %s', gotLikeError())],
  ['an error as a %o argument', (log) => log.error('failed: %o', gotLikeError())],
  ['an aggregate error', (log) => log.error(new AggregateError([gotLikeError()], `at ${secretUrl}`))],
  ['headers in lower case', (log) => log.info({ headers: { authorization: CANARY } })],
  ['headers in upper case', (log) => log.info({ HEADERS: { AUTHORIZATION: CANARY } })],
  ['a list of headers', (log) => log.info({ headers: [{ name: 'x-custom', value: CANARY }] })],
  ['a header as a field', (log) => log.info({ Authorization: CANARY, 'X-Api-Key': CANARY, Cookie: CANARY })],
  ['options in a nested object', (log) => log.info({ attempt: { options: { json: CANARY } } })],
  ['a URL as text', (log) => log.info({ url: secretUrl })],
  ['a URL as an object', (log) => log.info({ url: new URL(secretUrl) })],
  ['a URL in the message', (log) => log.info(`posting to ${secretUrl}`)],
  ['a URL as an argument', (log) => log.info('posting to %s', secretUrl)],
  ['a whole URL object as the fields', (log) => log.info(new URL(secretUrl))],
  ['a Headers object', (log) => log.info({ given: new Headers({ a: CANARY }) })],
  [
    'a Request as the fields',
    (log) => log.info(new Request(secretUrl.replace(/user.*@/, ''), { headers: { a: CANARY } })),
  ],
  ['a Request as req', (log) => log.info({ req: { method: 'GET', url: secretUrl, headers: { a: CANARY } } })],
  ['a child’s fields', (log) => log.child({ token: CANARY, to: secretUrl, err: gotLikeError() }).info('x')],
  [
    'a child of a child',
    (log) =>
      log
        .child({ a: 1 })
        .child({ config: { url: CANARY } })
        .info('x'),
  ],
  [
    'fields set later',
    (log) => {
      log.setBindings({ token: CANARY, to: secretUrl });
      log.info('x');
    },
  ],
  ['an API key in a text', (log) => log.info({ given: `tcs_id_${CANARY}` }, `tcs_id_${CANARY}`)],
  ['a bearer token in a text', (log) => log.info(`Authorization: Bearer ${CANARY}`)],
  ['a signing secret in a text', (log) => log.info({ given: `whsec_${CANARY}` })],
  ['a buffer', (log) => log.info({ bytes: Buffer.from(CANARY) })],
  ['a map', (log) => log.info({ map: new Map([['a', CANARY]]) })],
];

describe('a canary secret never reaches the log', () => {
  test.each(WAYS)('by %s', (_, write) => {
    const { log, lines } = createRecordedLogger();
    write(log);
    expect(lines).toHaveLength(1);
    const [line] = lines as [string];
    expect(line).not.toContain(CANARY);
    expect(line).not.toContain(Buffer.from(CANARY).toString('base64').slice(0, 12));
    expect(line).not.toContain([...Buffer.from(CANARY)].slice(0, 5).join(','));
    expect(() => JSON.parse(line)).not.toThrow();
  });
});

describe('a line', () => {
  test('names level, time, service and version, and no process', () => {
    const { log, parsed } = createRecordedLogger();
    log.info({ deliveryId: 'd', durationMs: 5 }, 'attempt');
    expect(parsed()).toEqual([
      {
        level: 'info',
        time: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
        service: 'test',
        version: expect.stringMatching(/^\d+\.\d+\.\d+/),
        deliveryId: 'd',
        durationMs: 5,
        msg: 'attempt',
      },
    ]);
  });

  test('keeps of an error what helps: name, code, message, place and cause', () => {
    const { log, parsed } = createRecordedLogger();
    log.error(gotLikeError());
    expect(parsed()[0]).toMatchObject({
      msg: 'Request to https://hooks.example/… failed',
      err: {
        name: 'RequestError',
        code: 'ERR_GOT_REQUEST_ERROR',
        message: 'Request to https://hooks.example/… failed',
        stack: expect.arrayContaining([expect.stringContaining('logger.test.ts')]),
        cause: { name: 'Error', code: 'ECONNREFUSED' },
      },
    });
  });

  test('fills arguments in, and a child adds its fields', () => {
    const { log, parsed } = createRecordedLogger();
    log.child({ component: 'dispatcher' }).warn('%d of %s', 3, 'four');
    expect(parsed()[0]).toMatchObject({ component: 'dispatcher', level: 'warn', msg: '3 of four' });
  });

  test('below the level is not written', () => {
    const { log, lines } = createRecordedLogger('warn');
    log.info('x');
    expect(lines).toHaveLength(0);
  });
});

test('a line holds nothing that a terminal obeys or that hides text, and says the same', () => {
  const { log, lines, parsed } = createRecordedLogger();
  const name = 'a\u001b[2J\u009b31m\u2028\u202eb\u{e0041}\ufeff\ud800\n';
  log.child({ [`key ${name}`]: name }).info({ destinationName: name }, `deleted ${name}`);
  expect(lines[0]).toMatch(/^[\x20-\x7e]+\n$/);
  expect(parsed()).toMatchObject([{ [`key ${name}`]: name, destinationName: name, msg: `deleted ${name}` }]);
});
