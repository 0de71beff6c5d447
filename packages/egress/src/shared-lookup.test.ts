import type { LookupAddress } from 'node:dns';
import { describe, expect, test } from '@jest/globals';
import { createSharedLookup, type ResolveName } from './shared-lookup.ts';

/** Answers `10.0.0.<n>` to the n-th question, when the test says so. */
function createQuestions() {
  const asked: string[] = [];
  const answers: (() => void)[] = [];
  const failures: (() => void)[] = [];
  const resolve: ResolveName = (hostname) => {
    const number = asked.push(hostname);
    return new Promise((settle, fail) => {
      answers.push(() => settle([{ address: `10.0.0.${number}`, family: 4 }]));
      failures.push(() => fail(Object.assign(new Error('try again'), { code: 'EAI_AGAIN' })));
    });
  };
  return { asked, answers, failures, resolve };
}

function lookUpWith(lookup: ReturnType<typeof createSharedLookup>) {
  return (hostname: string) =>
    new Promise<LookupAddress[] | NodeJS.ErrnoException>((settle) => {
      lookup(hostname, { all: true }, (error, addresses) => settle(error ?? addresses));
    });
}

describe('a shared lookup', () => {
  test('asks once for all who want a name at the same time, however long it takes', async () => {
    let now = 0;
    const { asked, answers, resolve } = createQuestions();
    const lookUp = lookUpWith(createSharedLookup(resolve, { nowMs: () => now }));
    const first = lookUp('hooks.example.com');
    now = 60_000;
    const second = lookUp('Hooks.Example.com');
    answers[0]?.();
    const answer = [{ address: '10.0.0.1', family: 4 }];
    expect(await Promise.all([first, second])).toEqual([answer, answer]);
    expect(asked).toEqual(['hooks.example.com']);
  });

  test('keeps an answer for three seconds, each from its own arrival', async () => {
    let now = 1;
    const { asked, answers, resolve } = createQuestions();
    const lookUp = lookUpWith(createSharedLookup(resolve, { nowMs: () => now }));
    const first = lookUp('a.example');
    const second = lookUp('b.example');
    answers[0]?.();
    await first;
    now = 1_000;
    answers[1]?.();
    await second;
    now = 3_001;
    expect(await lookUp('a.example')).toEqual([{ address: '10.0.0.1', family: 4 }]);
    now = 3_002;
    void lookUp('a.example');
    await lookUp('b.example');
    expect(asked).toEqual(['a.example', 'b.example', 'a.example']);
  });

  test('keeps answers up to a number of bytes, whatever number of addresses a name has', async () => {
    const asked: string[] = [];
    const many = Array.from({ length: 4_000 }, () => ({ address: '10.0.0.1', family: 4 }));
    const resolve = async (hostname: string) => {
      asked.push(hostname);
      return hostname === 'few.example' ? many.slice(0, 2) : many;
    };
    const lookUp = lookUpWith(createSharedLookup(resolve, { nowMs: () => 1, bytesMax: 1_000_000 }));
    for (const name of ['few.example', 'a.example', 'b.example', 'c.example', 'a.example', 'c.example'])
      expect(await lookUp(name)).toHaveLength(name === 'few.example' ? 2 : 4_000);
    expect(asked).toEqual(['few.example', 'a.example', 'b.example', 'c.example', 'a.example']);
  });

  test('keeps no error', async () => {
    const { asked, answers, failures, resolve } = createQuestions();
    const lookUp = lookUpWith(createSharedLookup(resolve));
    const first = lookUp('a.example');
    failures[0]?.();
    expect(await first).toMatchObject({ code: 'EAI_AGAIN' });
    const second = lookUp('a.example');
    answers[1]?.();
    await second;
    expect(asked).toHaveLength(2);
  });

  test('lets nobody wait for another name', async () => {
    const { answers, resolve } = createQuestions();
    const lookUp = lookUpWith(createSharedLookup(resolve));
    for (let n = 0; n < 50; n += 1) void lookUp(`stuck-${n}.example`);
    const healthy = lookUp('healthy.example');
    answers[50]?.();
    expect(await healthy).toEqual([{ address: '10.0.0.51', family: 4 }]);
  });
});
