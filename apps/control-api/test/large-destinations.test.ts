import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { DestinationView } from '@tocsin/contract';
import type { KyselyPlugin } from 'kysely';
import { listDestinationPage } from '../src/list-destination-page.ts';
import { type Control, startControl } from './control.ts';

const COUNT = 250;

let control: Control;
beforeAll(async () => {
  control = await startControl();
  const { body } = await control.call('POST', '/v1/destinations', {
    displayName: 'D000',
    url: 'http://127.0.0.1/',
  });
  // 6 KB of headers each, whose names alone are shown: more of it only makes a busy machine late.
  await control.database.pool.query(
    `INSERT INTO destinations SELECT (jsonb_populate_record(d, jsonb_build_object(
         'id', gen_random_uuid(), 'display_name', 'D' || lpad(n::text, 3, '0'),
         'headers', jsonb_build_array(jsonb_build_object('name', 'X-Large', 'sealed', repeat('x', 6000)))))).*
     FROM destinations d, generate_series(1, $2) AS n WHERE d.id = $1`,
    [body.id, COUNT - 1],
  );
});
afterAll(() => control.close());

test('a page of large destinations is read in parts, and has each once', async () => {
  const { body } = await control.call('GET', '/v1/destinations?limit=1000');
  const names = body.items.map(({ displayName }: DestinationView) => displayName);
  expect(names).toEqual(Array.from({ length: COUNT }, (_, n) => `D${String(n).padStart(3, '0')}`));
  expect(body.nextCursor).toBeNull();
  const paged = (await control.call('GET', `/v1/destinations?limit=${COUNT - 1}`)).body;
  expect([paged.items.length, typeof paged.nextCursor]).toEqual([COUNT - 1, 'string']);

  const read: number[] = [];
  const counter: KyselyPlugin = {
    transformQuery: ({ node }) => node,
    async transformResult({ result }) {
      read.push(result.rows.length);
      return result;
    },
  };
  const db = control.database.db.withPlugin(counter);
  const present = ({ display_name }: { display_name: string }) =>
    ({ displayName: display_name }) as DestinationView;
  expect((await listDestinationPage({ db }, { limit: 1_000 }, present)).items).toHaveLength(COUNT);
  expect(read).toEqual([100, 100, 50]);
});

test.each([
  ['each is measured once', 1, COUNT, COUNT],
  ['what it has no room for is not made', 60_000, 17, 18],
])('of a page, %s', async (_, characters, items, measured) => {
  let encodings = 0;
  const present = ({ display_name }: { display_name: string }) => {
    const view = { displayName: display_name, url: 'x'.repeat(characters) };
    const toJSON = () => {
      encodings += 1;
      return view;
    };
    return { ...view, toJSON } as unknown as DestinationView;
  };
  const page = await listDestinationPage(control.database, { limit: 1_000 }, present);
  expect([page.items.length, encodings]).toEqual([items, measured]);
  expect(page.nextCursor === null).toBe(items === COUNT);
});
