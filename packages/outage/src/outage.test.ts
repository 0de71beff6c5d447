import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, describe, expect, test } from '@jest/globals';
import { createOutage, type Outage, UnavailableError } from './outage.ts';

/** Longer than a dependency is given for an answer here; milliseconds. */
const SLOW_MS = 20;

const FAULT = Object.assign(new Error('connection lost'), { code: 'ECONNRESET' });

let outage: Outage;
let lines: string[];
let ask: () => Promise<unknown>;

function open(first: () => Promise<unknown>, answerMs = 1): void {
  lines = [];
  ask = first;
  const log = (fields: object) => void lines.push((fields as { event: string }).event);
  outage = createOutage({
    ...{ name: 'it', event: 'it', isIts: () => true, everyMs: 1, answerMs, lateMs: 1 },
    ask: () => ask(),
    log: { warn: log, info: log },
  });
}

afterEach(() => outage.close());

/** One that began with a slow answer, and is over. */
async function anOutage(): Promise<void> {
  open(() => delay(SLOW_MS));
  outage.failed(FAULT);
  await outage.over();
}

test('a slow answer is an outage', async () => {
  await anOutage();
  expect(lines).toEqual(['it.unavailable', 'it.available']);
});

test('what fails late after an outage, while answers are slow, is no outage of its own', async () => {
  await anOutage();
  outage.failed(FAULT);
  expect(outage.isOn()).toBe(true);
  await outage.over();
  expect(lines).toEqual(['it.unavailable', 'it.available']);
});

test('what refuses again after an outage is another', async () => {
  await anOutage();
  let questions = 0;
  ask = async () => {
    questions += 1;
    if (questions < 4) throw FAULT;
  };
  outage.failed(FAULT);
  await outage.over();
  expect(lines).toEqual(['it.unavailable', 'it.available', 'it.unavailable', 'it.available']);
});

test('one refused question is none', async () => {
  let questions = 0;
  open(async () => {
    questions += 1;
    if (questions === 1) throw FAULT;
  }, 60_000);
  outage.failed(FAULT);
  await outage.over();
  expect({ questions, lines }).toEqual({ questions: 2, lines: [] });
});

const never = () => new Promise<never>(() => undefined);

describe('a call', () => {
  test('that is answered, or fails by itself, is left alone', async () => {
    open(never);
    expect(await outage.answerOf(async () => 1)).toBe(1);
    await expect(outage.answerOf(() => Promise.reject(FAULT))).rejects.toBe(FAULT);
    expect(outage.isOn()).toBe(false);
  });

  test('that is late goes on where the probe is answered', async () => {
    let questions = 0;
    open(async () => {
      questions += 1;
    }, 60_000);
    expect(await outage.answerOf(() => delay(SLOW_MS, 'late'))).toBe('late');
    expect({ questions, lines }).toEqual({ questions: 1, lines: [] });
  });

  test('that is late is given up where the probe is not answered', async () => {
    open(never);
    await expect(outage.answerOf(never)).rejects.toEqual(new UnavailableError('it'));
    expect(lines).toEqual(['it.unavailable']);
  });

  test('may be late at another time than the others', async () => {
    open(never);
    const long = outage.answerOf(never, 60_000);
    await expect(outage.answerOf(never, 1)).rejects.toEqual(new UnavailableError('it'));
    await expect(long).rejects.toEqual(new UnavailableError('it'));
  });

  test('is not made during an outage, and made again after it', async () => {
    let answer = () => {};
    open(() => new Promise<void>((resolve) => (answer = resolve)));
    await outage.answerOf(never).catch(() => undefined);
    let calls = 0;
    const call = async () => {
      calls += 1;
    };
    await expect(outage.answerOf(call)).rejects.toBeInstanceOf(UnavailableError);
    expect(calls).toBe(0);
    answer();
    await outage.over();
    await outage.answerOf(call);
    expect(calls).toBe(1);
  });

  test('given up is the outage of its own dependency alone', () => {
    open(never);
    expect(outage.isIts(new UnavailableError('it'))).toBe(true);
    expect(outage.isIts(new UnavailableError('another'))).toBe(false);
  });
});
