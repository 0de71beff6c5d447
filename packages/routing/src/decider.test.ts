import { describe, expect, test } from '@jest/globals';
import { destination, facts, idOf } from '../test/sample.ts';
import { createDecider, type RoutableSnapshot } from './decider.ts';

/** A source whose destinations can be changed, and that counts how often a list was looked through. */
function createSource(list: RoutableSnapshot['list']) {
  const source = { version: 1, list, reloads: 0, reads: 0, stale: undefined as RoutableSnapshot | undefined };
  const snapshot = (): RoutableSnapshot => {
    const { version, list: now } = source;
    return {
      version: String(version),
      get list() {
        source.reads += 1;
        return now;
      },
    };
  };
  return Object.assign(source, {
    current: async () => source.stale ?? snapshot(),
    reload: async () => {
      source.reloads += 1;
      source.stale = undefined;
      return snapshot();
    },
    /** Changes the list; `current` goes on answering with the old one until the next reload. */
    change(to: RoutableSnapshot['list']) {
      source.stale = snapshot();
      source.version += 1;
      source.list = to;
    },
  });
}

describe('a decider', () => {
  test('builds its index once per version', async () => {
    const source = createSource([destination(1)]);
    const decider = createDecider({ destinations: source });
    await decider.decide([facts()]);
    await decider.decide([facts(), facts()]);
    expect(source.reads).toBe(1);
    source.change([destination(2)]);
    await source.reload();
    expect((await decider.decide([facts()]))[0]?.destinationIds).toEqual([idOf(2)]);
    expect(source.reads).toBe(2);
  });

  test.each([
    ['name', { destinations: ['Destination 2'] }],
    ['id', { outputIds: [idOf(2)] }],
  ])('reloads before it calls a %s unknown', async (_, override) => {
    const source = createSource([destination(1)]);
    const decider = createDecider({ destinations: source });
    source.change([destination(1), destination(2)]);
    const [plain, overridden] = await decider.decide([facts(), facts(override)]);
    expect(overridden).toMatchObject({ destinationIds: [idOf(2)], notes: [] });
    // The same destinations for the whole list: the reload counts for the first alert too.
    expect(plain?.destinationIds).toEqual([idOf(1), idOf(2)]);
    expect(source.reloads).toBe(1);
  });

  test('does not reload where every name is known', async () => {
    const source = createSource([destination(1)]);
    await createDecider({ destinations: source }).decide([facts({ destinations: ['Destination 1'] })]);
    expect(source.reloads).toBe(0);
  });

  test('throws while the source cannot be read', async () => {
    const source = createSource([]);
    source.reload = async () => Promise.reject(new Error('database away'));
    const decider = createDecider({ destinations: source });
    await expect(decider.decide([facts({ outputIds: [idOf(1)] })])).rejects.toThrow('database away');
  });
});
