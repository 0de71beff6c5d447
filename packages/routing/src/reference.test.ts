import { expect, test } from '@jest/globals';
import { ALERT_TYPES, type RoutingFacts, SEVERITIES } from '@tocsin/contract';
import * as fc from 'fast-check';
import { decideNaively } from '../test/reference.ts';
import { idOf } from '../test/sample.ts';
import { createRoutingIndex, decide, type RoutableDestination, unknownNames } from './index.ts';

const LOG_TYPES = ['AWS.CloudTrail', 'AWS.ALB', 'Okta.SystemLog', '__proto__'];

const anyDestinations = fc
  .array(
    fc.record({
      severities: fc.subarray([...SEVERITIES]),
      alertTypes: fc.subarray([...ALERT_TYPES], { minLength: 1 }),
      logTypes: fc.subarray(LOG_TYPES),
      requireLogType: fc.boolean(),
      enabled: fc.boolean(),
      displayName: fc.option(fc.constantFrom('Pager', idOf(1), idOf(2), 'SKIP')),
    }),
    { maxLength: 12 },
  )
  .map((fields) => {
    const taken = new Set<string>();
    return fields.map((field, place): RoutableDestination => {
      const wished = field.displayName ?? `Destination ${place}`;
      const displayName = taken.has(wished) ? `Destination ${place}` : wished;
      taken.add(displayName);
      return { ...field, displayName, id: idOf(place) };
    });
  })
  .chain((list) => fc.shuffledSubarray(list, { minLength: list.length }));

const anyId = fc.nat(13).chain((number) => fc.constantFrom(idOf(number), idOf(number).toUpperCase()));
const anyName = fc.oneof(
  { weight: 6, arbitrary: anyId },
  { weight: 4, arbitrary: fc.nat(13).map((number) => `Destination ${number}`) },
  { weight: 1, arbitrary: fc.constantFrom('Pager', 'SKIP', 'nobody', '__proto__') },
);

const anyFacts: fc.Arbitrary<RoutingFacts> = fc.record({
  severity: fc.constantFrom(...SEVERITIES),
  type: fc.constantFrom(...ALERT_TYPES),
  logTypes: fc.array(fc.constantFrom(...LOG_TYPES, 'Unheard.Of'), { maxLength: 4 }),
  destinations: fc.option(fc.array(anyName, { maxLength: 3 })),
  outputIds: fc.oneof(fc.constant<string[]>([]), fc.array(anyId, { maxLength: 4 })),
});

test('decisions equal those of the rules taken word by word', () => {
  const seen = new Map<string, number>();
  fc.assert(
    fc.property(anyDestinations, anyFacts, (destinations, facts) => {
      const { notes, ...decision } = decide(createRoutingIndex(destinations), facts);
      expect(decision).toEqual(decideNaively(destinations, facts));
      expect(notes.every((note) => note.length < 400)).toBe(true);
      seen.set(decision.rule, (seen.get(decision.rule) ?? 0) + 1);
    }),
    { numRuns: 3_000 },
  );
  expect([...seen.keys()].sort()).toEqual(['destinations', 'filters', 'outputIds']);
});

test('an index that has followed changes decides as the rules do, taken word by word', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(anyDestinations, fc.array(fc.boolean(), { minLength: 12, maxLength: 12 })), {
        minLength: 2,
        maxLength: 5,
      }),
      fc.array(anyFacts, { minLength: 1, maxLength: 4 }),
      (steps, alerts) => {
        const index = createRoutingIndex([]);
        let before: RoutableDestination[] = [];
        for (const [wanted, kept] of steps) {
          const now = wanted.map((one, n) => {
            const same = kept[n] === true ? before.find(({ id }) => id === one.id) : undefined;
            return same ?? one;
          });
          // Display names are unique.
          before = now.filter(
            (one, n) => now.findIndex((other) => other.displayName === one.displayName) === n,
          );
          index.update(before);
          for (const facts of alerts) {
            const { notes: _, ...decision } = decide(index, facts);
            expect(decision).toEqual(decideNaively(before, facts));
          }
          expect(index.all().map(({ destination }) => destination.id)).toEqual(
            before.map(({ id }) => id).sort(),
          );
        }
      },
    ),
    { numRuns: 300 },
  );
});

test('with an explanation, every destination is named exactly once and the decision is the same', () => {
  fc.assert(
    fc.property(anyDestinations, anyFacts, (destinations, facts) => {
      const index = createRoutingIndex(destinations);
      const plain = decide(index, facts);
      const explained = decide(index, facts, { explain: true });
      expect(explained.destinationIds).toEqual(plain.destinationIds);
      expect(explained.skipped.filter(({ reason }) => reason === 'disabled')).toEqual(plain.skipped);
      const named = [...explained.destinationIds, ...explained.skipped.map((one) => one.destinationId)];
      expect(named.sort()).toEqual(destinations.map((one) => one.id).sort());
    }),
    { numRuns: 1_000 },
  );
});

test('a decision has a note about names exactly where there were unknown ones', () => {
  fc.assert(
    fc.property(anyDestinations, anyFacts, (destinations, facts) => {
      const index = createRoutingIndex(destinations);
      const { notes } = decide(index, facts);
      const aboutNames = notes.filter((note) => !note.includes('is sent nowhere'));
      expect(aboutNames.length > 0).toBe(unknownNames(index, facts).length > 0);
    }),
    { numRuns: 1_000 },
  );
});
