import { describe, expect, test } from '@jest/globals';
import { destination, facts, idOf } from '../test/sample.ts';
import { createDecider, type RoutableSnapshot } from './decider.ts';

/** A source whose destinations can be changed, and that counts how often it was asked and a list looked through. */
function createSource(list: RoutableSnapshot['list']) {
  const source = { version: 1, list, asked: 0, reads: 0, onAsked: (): void => undefined };
  return Object.assign(source, {
    current: async (): Promise<RoutableSnapshot> => {
      source.asked += 1;
      const { version, list: now } = source;
      source.onAsked();
      return {
        version,
        get list() {
          source.reads += 1;
          return now;
        },
      };
    },
    change(to: RoutableSnapshot['list']) {
      source.version += 1;
      source.list = to;
    },
  });
}

describe('a decider', () => {
  test('asks for the version each time, and builds its index once per version', async () => {
    const source = createSource([destination(1)]);
    const decider = createDecider({ destinations: source });
    await decider.decide([facts()]);
    await decider.decide([facts(), facts()]);
    expect([source.asked, source.reads]).toEqual([2, 1]);
    source.change([destination(2)]);
    expect((await decider.decide([facts()]))[0]?.destinationIds).toEqual([idOf(2)]);
    expect([source.asked, source.reads]).toEqual([3, 2]);
  });

  test.each([
    ['name', { destinations: ['Destination 2'] }],
    ['id', { outputIds: [idOf(2)] }],
  ])('looks once more before it calls a %s unknown', async (_, override) => {
    const source = createSource([destination(1)]);
    const decider = createDecider({ destinations: source });
    // Made between the first look and the decision.
    source.onAsked = () => {
      source.onAsked = () => undefined;
      source.change([destination(1), destination(2)]);
    };
    const [plain, overridden] = await decider.decide([facts(), facts(override)]);
    expect(overridden).toMatchObject({ destinationIds: [idOf(2)], notes: [] });
    // The same destinations for the whole list: the second look counts for the first alert too.
    expect(plain?.destinationIds).toEqual([idOf(1), idOf(2)]);
    expect(source.asked).toBe(2);
  });

  test('looks once where every name is known', async () => {
    const source = createSource([destination(1)]);
    await createDecider({ destinations: source }).decide([facts({ destinations: ['Destination 1'] })]);
    expect(source.asked).toBe(1);
  });

  test('throws while the source cannot be read', async () => {
    const source = createSource([]);
    source.current = async () => Promise.reject(new Error('database unavailable'));
    const decider = createDecider({ destinations: source });
    await expect(decider.decide([facts({ outputIds: [idOf(1)] })])).rejects.toThrow('database unavailable');
  });
});
