import { describe, expect, test } from '@jest/globals';
import { facts } from '../test/sample.ts';
import { decide } from './decide.ts';
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
});
