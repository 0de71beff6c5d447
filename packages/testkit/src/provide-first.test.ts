import { describe, expect, test } from '@jest/globals';
import { firstLine, ProvisionError, provideFirst, type Source } from './provide-first.ts';

const server = { url: 'redis://127.0.0.1:1', how: 'a server', close: async () => {} };
const has: Source = async () => ({ kind: 'provided', server });
const lacks: Source = async () => ({ kind: 'unavailable', reason: 'no such program' });
const isBroken: Source = async () => ({
  kind: 'unavailable',
  reason: 'the image is missing',
  isNotable: true,
});
const throws: Source = async () => {
  throw new Error('the engine fell over\nwith a long story');
};
const mustNotBeAsked: Source = async () => {
  throw new Error('asked after a server was found');
};

describe('provideFirst', () => {
  test('takes the first source that has a server and asks no further', async () => {
    expect(await provideFirst('Redis', [lacks, has, mustNotBeAsked], 'advice')).toBe(server);
  });

  test('tells of a source that was there and could not be used', async () => {
    const provided = await provideFirst('Redis', [isBroken, lacks, has], 'advice');
    expect(provided.how).toBe('a server (the image is missing)');
  });

  test('goes on after a source that throws, and tells of it in one line', async () => {
    expect((await provideFirst('Redis', [throws, has], 'advice')).how).toBe(
      'a server (the engine fell over)',
    );
  });

  test('says what was tried and what to do where no source has one', async () => {
    const failure = await provideFirst('Redis', [lacks, isBroken], 'Install Redis.').catch((error) => error);
    expect(failure).toBeInstanceOf(ProvisionError);
    expect(failure.message).toBe(
      'Tests need Redis, and none could be provided:\n  - no such program\n  - the image is missing\nInstall Redis.',
    );
  });
});

describe('firstLine', () => {
  test.each([
    [new Error('one\ntwo'), 'one'],
    ['text', 'text'],
    [new Error(''), 'unknown error'],
  ])('of %p is %p', (error, expected) => {
    expect(firstLine(error)).toBe(expected);
  });
});
