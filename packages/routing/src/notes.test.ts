import { describe, expect, test } from '@jest/globals';
import { facts } from '../test/sample.ts';
import { decide } from './decide.ts';
import { NOTES } from './notes.ts';
import { createRoutingIndex } from './routing-index.ts';

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
