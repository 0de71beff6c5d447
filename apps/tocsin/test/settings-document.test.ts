import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from '@jest/globals';
import { setting } from '@tocsin/service';

const EXAMPLE = path.resolve(import.meta.dirname, '../../../.env.example');

/** Variables of the compose file itself, which no service reads. */
const COMPOSE_ONLY = [
  'POSTGRES_PASSWORD',
  'COMPOSE_PROJECT_NAME',
  'HTTP_LISTEN',
  'IMAGE_PREFIX',
  'IMAGE_TAG',
  'BASE_IMAGE',
];

test('.env.example names every setting, and none that does not exist', () => {
  const named = [...readFileSync(EXAMPLE, 'utf8').matchAll(/^#? ?([A-Z][A-Z_]+)=/gm)].map(
    ([, name]) => name as string,
  );
  const known = new Set(Object.keys(setting));
  expect([...known].filter((name) => !named.includes(name))).toEqual([]);
  expect(named.filter((name) => !known.has(name) && !COMPOSE_ONLY.includes(name))).toEqual([]);
});

test('.env.example shows defaults in comments as they are, and calls anything else an example', () => {
  const wrong: string[] = [];
  let comment = '';
  for (const line of readFileSync(EXAMPLE, 'utf8').split('\n')) {
    const [, name = '', value] = /^# ([A-Z][A-Z_]+)=(.*)$/.exec(line) ?? [];
    if (name === '') {
      comment = line.startsWith('#') ? `${comment} ${line}` : '';
    } else if (!COMPOSE_ONLY.includes(name)) {
      const unset = setting[name as keyof typeof setting].safeParse(undefined);
      const hasDefault = unset.success && unset.data !== undefined;
      const isRight = hasDefault ? String(unset.data) === value : comment.endsWith('Example:');
      if (!isRight) wrong.push(line);
    }
  }
  expect(wrong).toEqual([]);
});
