import { expect, test } from '@jest/globals';
import { destination, facts, idOf } from '../test/sample.ts';
import { decide } from './decide.ts';
import { createRoutingIndex } from './routing-index.ts';

test('a decision looks at no destination that it does not name, so its cost does not grow with them', () => {
  let looks = 0;
  const watched = Array.from({ length: 1_000 }, (_, number) =>
    destination(number + 100, {
      severities: number % 3 === 0 ? ['MEDIUM'] : ['LOW', 'HIGH'],
      alertTypes: number % 3 === 1 ? ['RULE'] : ['POLICY'],
      logTypes: number % 3 === 2 ? [`Other.${number}`] : [],
    }),
  ).map(
    (target) =>
      new Proxy(target, {
        get: (of, key) => {
          looks += 1;
          return Reflect.get(of, key);
        },
      }),
  );
  const index = createRoutingIndex([destination(1), destination(2, { logTypes: ['AWS.ALB'] }), ...watched]);
  looks = 0;
  expect(decide(index, facts({ logTypes: ['AWS.ALB', 'AWS.VPCFlow'] })).destinationIds).toEqual(
    [1, 2].map(idOf),
  );
  expect(looks).toBe(0);
});
