import { describe, expect, test } from '@jest/globals';
import { destination, facts, idOf } from '../test/sample.ts';
import { unknownNames } from './overrides.ts';
import { createRoutingIndex } from './routing-index.ts';

describe('unknown names', () => {
  const index = createRoutingIndex([destination(1, { displayName: 'Pager' })]);

  test.each([
    ['none where there is no override', {}, []],
    ['none where every name is known', { destinations: ['Pager', idOf(1)] }, []],
    ['those of destinations', { destinations: ['Pager', 'nobody'] }, ['nobody']],
    ['those of outputIds', { outputIds: [idOf(1), idOf(2)] }, [idOf(2)]],
    ['both where the list is void', { destinations: ['nobody'], outputIds: [idOf(2)] }, ['nobody', idOf(2)]],
    ['none where SKIP decides', { destinations: ['nobody', 'SKIP'] }, []],
    ['none of outputIds where destinations decide', { destinations: ['Pager'], outputIds: [idOf(2)] }, []],
    ['none of outputIds where an empty list decides', { destinations: [], outputIds: [idOf(2)] }, []],
  ])('%s', (_, changes, expected) => {
    expect(unknownNames(index, facts(changes))).toEqual(expected);
  });
});
