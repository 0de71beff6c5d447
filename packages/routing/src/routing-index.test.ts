import { expect, test } from '@jest/globals';
import { destination, facts, idOf } from '../test/sample.ts';
import { decide } from './decide.ts';
import { createRoutingIndex } from './routing-index.ts';

/** Destinations of some shapes that count how often something of them is read. */
function watched(count: number) {
  const looks = { count: 0 };
  const destinations = Array.from({ length: count }, (_, number) =>
    destination(number + 100, {
      severities: number % 3 === 0 ? ['MEDIUM'] : ['LOW', 'HIGH'],
      alertTypes: number % 3 === 1 ? ['RULE'] : ['POLICY'],
      logTypes: number % 3 === 2 ? [`Other.${number}`] : [],
    }),
  ).map(
    (target) =>
      new Proxy(target, {
        get: (of, key) => {
          looks.count += 1;
          return Reflect.get(of, key);
        },
      }),
  );
  return { destinations, looks };
}

test('a decision looks at no destination that it does not name, so its cost does not grow with them', () => {
  const { destinations, looks } = watched(1_000);
  const index = createRoutingIndex([
    destination(1),
    destination(2, { logTypes: ['AWS.ALB'] }),
    ...destinations,
  ]);
  looks.count = 0;
  expect(decide(index, facts({ logTypes: ['AWS.ALB', 'AWS.VPCFlow'] })).destinationIds).toEqual(
    [1, 2].map(idOf),
  );
  expect(looks.count).toBe(0);
});

test('a change looks at what has changed, so its cost does not grow with the others', () => {
  const { destinations, looks } = watched(1_000);
  const one = destination(1);
  const index = createRoutingIndex([one, ...destinations]);
  looks.count = 0;
  const named = () => decide(index, facts()).destinationIds;
  index.update([...destinations, destination(1, { severities: ['LOW'] })]);
  expect(named()).toEqual([]);
  index.update([...destinations, one]);
  expect(named()).toEqual([idOf(1)]);
  index.update(destinations);
  expect(named()).toEqual([]);
  expect(looks.count).toBe(0);
});
