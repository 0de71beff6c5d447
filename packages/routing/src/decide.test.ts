import { describe, expect, test } from '@jest/globals';
import { destination, facts, idOf } from '../test/sample.ts';
import { decide, filterReason, NOTES, unknownNames } from './decide.ts';
import type { RoutableDestination } from './routable-destination.ts';
import { createRoutingIndex } from './routing-index.ts';

const decideAmong = (
  destinations: RoutableDestination[],
  changes: Parameters<typeof facts>[0],
  options?: Parameters<typeof decide>[2],
) => decide(createRoutingIndex(destinations), facts(changes), options);

describe('rule 1, the alert’s destinations', () => {
  const three = [destination(1), destination(2, { displayName: 'Pager' }), destination(3)];

  test.each([
    ['by id', [idOf(2)], [2]],
    ['by id in upper case', [idOf(2).toUpperCase()], [2]],
    ['by display name', ['Pager'], [2]],
    ['each once, however often and whichever way it is named', ['Pager', idOf(2), 'Pager'], [2]],
    ['in order of id, not of the list', [idOf(3), 'Pager', idOf(1)], [1, 2, 3]],
    ['nowhere for an empty list', [], []],
    ['nowhere for SKIP', ['SKIP'], []],
    ['nowhere for a list that contains SKIP', ['Pager', 'SKIP', idOf(1)], []],
    ['nowhere for SKIP beside an unknown name', ['nobody', 'SKIP'], []],
  ])('%s', (_, destinations, expected) => {
    const decision = decideAmong(three, { destinations, outputIds: [idOf(1)] });
    expect(decision).toMatchObject({ rule: 'destinations', destinationIds: expected.map(idOf), skipped: [] });
  });

  test('says why it sends nowhere', () => {
    expect(decideAmong(three, { destinations: ['Pager', 'SKIP'] }).notes).toEqual([NOTES.skip]);
    expect(decideAmong(three, { destinations: [] }).notes).toEqual([NOTES.emptyList]);
  });

  test('bypasses filters', () => {
    const picky = destination(1, { severities: [], alertTypes: ['POLICY'], logTypes: ['Okta.SystemLog'] });
    expect(decideAmong([picky], { destinations: [idOf(1)] }).destinationIds).toEqual([idOf(1)]);
  });

  test('never reaches a disabled destination, and names it as skipped', () => {
    const decision = decideAmong([destination(1, { enabled: false }), destination(2)], {
      destinations: [idOf(1), idOf(2)],
    });
    expect(decision).toEqual({
      rule: 'destinations',
      destinationIds: [idOf(2)],
      skipped: [{ destinationId: idOf(1), reason: 'disabled' }],
      notes: [],
    });
  });

  test('a list of disabled destinations is not void', () => {
    const decision = decideAmong([destination(1, { enabled: false }), destination(2)], {
      destinations: [idOf(1)],
    });
    expect(decision).toMatchObject({ rule: 'destinations', destinationIds: [] });
  });

  test('one unknown name voids the whole list, says so, and leaves it to rule 2', () => {
    const decision = decideAmong(three, { destinations: ['Pager', 'pager'], outputIds: [idOf(3)] });
    expect(decision).toMatchObject({ rule: 'outputIds', destinationIds: [idOf(3)] });
    expect(decision.notes).toEqual([expect.stringContaining('"pager"')]);
  });

  test('one unknown name and no outputIds leave it to rule 3', () => {
    const decision = decideAmong(three, { destinations: ['nobody', 'no one'] });
    expect(decision).toMatchObject({ rule: 'filters', destinationIds: [1, 2, 3].map(idOf) });
    expect(decision.notes).toEqual([expect.stringContaining('"nobody" and 1 more')]);
  });

  test('an entry that is one destination’s id and another’s display name means the id', () => {
    const impostor = destination(2, { displayName: idOf(1) });
    const decision = decideAmong([destination(1), impostor], { destinations: [idOf(1)] });
    expect(decision.destinationIds).toEqual([idOf(1)]);
  });

  test('SKIP means nowhere even where a destination has that name', () => {
    const decision = decideAmong([destination(1, { displayName: 'SKIP' })], { destinations: ['SKIP'] });
    expect(decision.destinationIds).toEqual([]);
  });

  test.each(['__proto__', 'constructor', 'toString', ''])(
    '"%s" is an unknown name like any other',
    (name) => {
      expect(decideAmong(three, { destinations: [name] }).rule).toBe('filters');
    },
  );
});

describe('rule 2, the alert’s outputIds', () => {
  const two = [destination(1, { severities: [] }), destination(2, { displayName: 'Pager', enabled: false })];

  test('reaches those that exist, past their filters, and names the rest in a note', () => {
    const decision = decideAmong(two, { outputIds: [idOf(9), idOf(1).toUpperCase()] });
    expect(decision).toMatchObject({ rule: 'outputIds', destinationIds: [idOf(1)], skipped: [] });
    expect(decision.notes).toEqual([expect.stringContaining(idOf(9))]);
  });

  test('skips disabled ones by name', () => {
    expect(decideAmong(two, { outputIds: [idOf(1), idOf(2)] })).toEqual({
      rule: 'outputIds',
      destinationIds: [idOf(1)],
      skipped: [{ destinationId: idOf(2), reason: 'disabled' }],
      notes: [],
    });
  });

  test('a disabled destination exists: the filters do not get a say', () => {
    expect(decideAmong(two, { outputIds: [idOf(2)] }).rule).toBe('outputIds');
  });

  test('where none exists, says so and leaves it to rule 3', () => {
    const decision = decideAmong([destination(1)], { outputIds: [idOf(8), idOf(9)] });
    expect(decision).toMatchObject({ rule: 'filters', destinationIds: [idOf(1)] });
    expect(decision.notes).toEqual([expect.stringContaining(`${idOf(8)}" and 1 more`)]);
  });

  test('holds ids, not display names', () => {
    expect(decideAmong(two, { outputIds: ['Pager'] }).rule).toBe('filters');
  });
});

describe('rule 3, each destination’s filters', () => {
  const cloudTrail = { logTypes: ['AWS.CloudTrail', 'AWS.VPCFlow'] };

  test.each<[string, Partial<RoutableDestination>, Parameters<typeof facts>[0], boolean]>([
    ['severity among its severities', { severities: ['MEDIUM'] }, {}, true],
    ['severity not among them', { severities: ['LOW', 'HIGH'] }, {}, false],
    ['no severities at all', { severities: [] }, {}, false],
    ['type among its types', { alertTypes: ['RULE'] }, {}, true],
    ['type not among them', { alertTypes: ['POLICY'] }, {}, false],
    ['no log types on either side', {}, {}, true],
    ['no log types on the destination', {}, cloudTrail, true],
    ['log types that meet', { logTypes: ['AWS.ALB', 'AWS.VPCFlow'] }, cloudTrail, true],
    ['log types that don’t meet', { logTypes: ['AWS.ALB'] }, cloudTrail, false],
    ['log types in another case', { logTypes: ['aws.cloudtrail'] }, cloudTrail, false],
    ['an alert without log types', { logTypes: ['AWS.ALB'] }, {}, true],
    ['the same where log types are required', { logTypes: ['AWS.ALB'], requireLogType: true }, {}, false],
    [
      'log types that meet and are required',
      { logTypes: ['AWS.VPCFlow'], requireLogType: true },
      cloudTrail,
      true,
    ],
    ['log types required but none listed', { requireLogType: true }, {}, true],
    ['a system error of another severity', { severities: ['INFO'] }, { type: 'SYSTEM_ERROR' }, true],
    ['a system error with no severities', { severities: [] }, { type: 'SYSTEM_ERROR' }, false],
    ['a system error not accepted', { alertTypes: ['RULE'] }, { type: 'SYSTEM_ERROR' }, false],
    [
      'a system error and log types',
      { logTypes: ['AWS.ALB'] },
      { type: 'SYSTEM_ERROR', ...cloudTrail },
      false,
    ],
    ['a rule error of another severity', { severities: ['INFO'] }, { type: 'RULE_ERROR' }, false],
  ])('%s', (_, changes, alert, matches) => {
    const decision = decideAmong([destination(1, changes)], alert);
    expect(decision).toEqual({
      rule: 'filters',
      destinationIds: matches ? [idOf(1)] : [],
      skipped: [],
      notes: [],
    });
  });

  test('names a disabled destination that its filters would have reached, and no other', () => {
    const decision = decideAmong(
      [destination(1, { enabled: false }), destination(2, { enabled: false, severities: ['LOW'] })],
      {},
    );
    expect(decision.skipped).toEqual([{ destinationId: idOf(1), reason: 'disabled' }]);
  });

  test('reaches a destination once where several log types meet', () => {
    const decision = decideAmong([destination(1, cloudTrail)], {
      logTypes: [...cloudTrail.logTypes, 'AWS.VPCFlow'],
    });
    expect(decision.destinationIds).toEqual([idOf(1)]);
  });
});

describe('an explanation', () => {
  const all = [
    destination(1),
    destination(2, { alertTypes: ['POLICY'], severities: [] }),
    destination(3, { severities: ['LOW'] }),
    destination(4, { logTypes: ['AWS.ALB'] }),
    destination(5, { enabled: false }),
    destination(6, { enabled: false, severities: ['LOW'] }),
  ];

  test('names every destination that the filters left out, with the filter', () => {
    expect(decideAmong(all, { logTypes: ['Okta.SystemLog'] }, { explain: true }).skipped).toEqual([
      { destinationId: idOf(2), reason: 'type' },
      { destinationId: idOf(3), reason: 'severity' },
      { destinationId: idOf(4), reason: 'logType' },
      { destinationId: idOf(5), reason: 'disabled' },
      { destinationId: idOf(6), reason: 'severity' },
    ]);
  });

  test('says that the reasons are of today, after what else there is to note', () => {
    expect(decideAmong(all, {}, { explain: true }).notes).toEqual([NOTES.explained]);
    const override = { outputIds: [idOf(9)] };
    const { notes } = decideAmong(all, override);
    expect(notes).toHaveLength(1);
    expect(decideAmong(all, override, { explain: true }).notes).toEqual([...notes, NOTES.explained]);
  });

  test('tells a missing log type from one that doesn’t meet', () => {
    const strict = destination(1, { logTypes: ['AWS.ALB'], requireLogType: true });
    expect(decideAmong([strict], {}, { explain: true }).skipped).toEqual([
      { destinationId: idOf(1), reason: 'requireLogType' },
    ]);
  });

  test('names the unlisted ones under rules 1 and 2', () => {
    for (const override of [{ destinations: [idOf(1), idOf(5)] }, { outputIds: [idOf(1), idOf(5)] }]) {
      const { skipped } = decideAmong(all, override, { explain: true });
      expect(skipped.map(({ reason }) => reason)).toEqual([
        'notListed',
        'notListed',
        'notListed',
        'disabled',
        'notListed',
      ]);
    }
  });
});

test('names destinations in order of id, in whatever order and letters they come', () => {
  const third = idOf(3).toUpperCase();
  const shuffled = [destination(4), destination(3, { id: third }), destination(1), destination(2)];
  expect(decideAmong(shuffled, {}).destinationIds).toEqual([idOf(1), idOf(2), third, idOf(4)]);
  expect(decideAmong(shuffled, { destinations: [idOf(3)] }).destinationIds).toEqual([third]);
});

const nobody = createRoutingIndex([]);

describe('notes', () => {
  test('stay short whatever a producer sends', () => {
    const { notes } = decide(
      nobody,
      facts({
        destinations: ['x'.repeat(200_000)],
        outputIds: ['y'.repeat(200_000)],
      }),
    );
    expect(notes).toHaveLength(2);
    for (const note of notes) expect(note.length).toBeLessThan(400);
  });

  test('hold nothing that Postgres refuses in text', () => {
    const { notes } = decide(nobody, facts({ destinations: [`a\u0000b\ud800c${'😀'.repeat(99)}`] }));
    expect(notes[0]).toContain('"a\uFFFDb\uFFFDc😀');
    expect(notes[0]?.isWellFormed()).toBe(true);
  });

  test.each([
    [
      'emptyList',
      NOTES.emptyList,
      'The alert asks for an empty list of destinations, so it is sent nowhere.',
    ],
    ['skip', NOTES.skip, 'The alert’s list of destinations contains "SKIP", so it is sent nowhere.'],
    [
      'unknownNames',
      NOTES.unknownNames(['a']),
      'No destination has the id or display name "a", so the alert’s whole list of destinations is ignored.',
    ],
    [
      'unknownOutputs',
      NOTES.unknownOutputs(['a', 'b']),
      'No destination has the id "a" and 1 more from the alert’s outputIds; the others are used.',
    ],
    [
      'noOutputExists',
      NOTES.noOutputExists(['a', 'b', 'c']),
      'None of the alert’s outputIds exists ("a" and 2 more), so the destinations’ own filters decide.',
    ],
    [
      'explained',
      NOTES.explained,
      'Why each other destination is left out is computed against today’s destinations.',
    ],
  ])('say in plain words what was decided (%s)', (_name, note, words) => {
    expect(note).toBe(words);
  });

  test.each(['x', '😀'])('show a name up to its 100th character, counted as people do (%s)', (character) => {
    const quoted = (name: string) => /"(.*)"/su.exec(NOTES.unknownNames([name]))?.[1];
    expect(quoted(character.repeat(100))).toBe(character.repeat(100));
    expect(quoted(character.repeat(101))).toBe(`${character.repeat(100)}…`);
    expect(quoted(character.repeat(300))).toBe(`${character.repeat(100)}…`);
  });
});

test.each([
  ['takes everything', {}, {}, null],
  ['takes other types', { alertTypes: ['POLICY'] }, {}, 'type'],
  ['takes other types, and no severity', { alertTypes: ['POLICY'], severities: [] }, {}, 'type'],
  ['takes other severities', { severities: ['LOW'] }, {}, 'severity'],
  ['takes other severities of a system error', { severities: ['LOW'] }, { type: 'SYSTEM_ERROR' }, null],
  ['takes no severity of a system error', { severities: [] }, { type: 'SYSTEM_ERROR' }, 'severity'],
  ['lists no log types', { requireLogType: true }, { logTypes: ['A'] }, null],
  ['lists the only log type', { logTypes: ['A', 'B'] }, { logTypes: ['A'] }, null],
  ['lists one of several log types', { logTypes: ['A'] }, { logTypes: ['B', 'A'] }, null],
  ['lists none of the log types', { logTypes: ['A'] }, { logTypes: ['B', 'C'] }, 'logType'],
  ['lists log types, and the alert has none', { logTypes: ['A'] }, {}, null],
  [
    'requires a log type, and the alert has none',
    { logTypes: ['A'], requireLogType: true },
    {},
    'requireLogType',
  ],
] as const)('a destination that %s', (_what, settings, alert, reason) => {
  const logTypes = 'logTypes' in alert ? [...alert.logTypes] : [];
  expect(filterReason(destination(1, settings), facts({ ...alert, logTypes }))).toBe(reason);
});

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
