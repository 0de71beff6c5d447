import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, expect, test } from '@jest/globals';
import { createOutage, type Outage } from './outage.ts';

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
    ...{ name: 'it', event: 'it', isIts: () => true, everyMs: 1, answerMs },
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
