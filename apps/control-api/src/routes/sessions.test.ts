import { expect, test } from '@jest/globals';
import { createCreateSession } from './sessions.ts';

test.each([
  ['what may be written down is a line in the log and an entry in the audit log', true, 1],
  ['what may not is neither: strangers fill no log', false, 0],
])('of refused sign-ins, %s', async (_, mayRecord, written) => {
  const lines: object[] = [];
  const entries: unknown[] = [];
  const route = createCreateSession({
    database: { pool: { query: async (...entry: unknown[]) => void entries.push(entry) } },
    findKey: async () => null,
    loginLimit: { count: () => undefined, admit: async () => undefined, mayRecord: async () => mayRecord },
    publicUrl: 'https://tocsin.example',
  } as unknown as Parameters<typeof createCreateSession>[0]);
  const request = {
    body: { key: 'tcs_nobody_secret' },
    clientAddress: '203.0.113.9',
    isTls: true,
    log: { warn: (line: object) => void lines.push(line) },
  } as unknown as Parameters<typeof route.handle>[0];
  await expect(route.handle(request)).rejects.toMatchObject({ code: 'unauthorized' });
  expect([lines.length, entries.length]).toEqual([written, written]);
});
