import { existsSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { readRepositoryFile, textsOfRepository } from './sources.ts';

const ROOT = path.resolve(import.meta.dirname, '../../..');
const files = textsOfRepository();
const documents = files.filter(({ file }) => file.endsWith('.md') && file !== 'CHANGELOG.md');

/** Made from the API document, and left out of what people wrote. */
const GENERATED = 'schema.gen.ts';

/** What a document calls a file of code: in code marks, with its ending, by its path or the end of it. */
const namesOf = (text: string): string[] =>
  [...text.matchAll(/`([\w@./-]*\w\.(?:tsx?|mjs))`/g)].map(([, name = '']) => name.replace(/^\.\//, ''));

function isThere(name: string, document: string): boolean {
  const besideIt = path.join(path.dirname(document), name);
  if (existsSync(path.join(ROOT, name)) || existsSync(path.join(ROOT, besideIt))) return true;
  return !name.startsWith('apps/') && !name.startsWith('packages/')
    ? files.some(({ file }) => file.endsWith(`/${name}`))
    : false;
}

test('every file of code that a document names exists', () => {
  const names = documents.flatMap(({ file, text }) => namesOf(text).map((name) => ({ file, name })));
  expect(names.length).toBeGreaterThan(200);
  const missing = names.filter(({ file, name }) => name !== GENERATED && !isThere(name, file));
  expect(missing).toEqual([]);
});

describe('ARCHITECTURE.md', () => {
  const text = readRepositoryFile('ARCHITECTURE.md');

  test('has at most 200 lines', () => expect(text.split('\n').length).toBeLessThanOrEqual(201));

  test('names folders that exist', () => {
    const folders = [...text.matchAll(/`((?:apps|packages)\/[\w/-]+)`/g)].map(([, folder = '']) => folder);
    expect(folders.length).toBeGreaterThan(10);
    expect(folders.filter((folder) => !existsSync(path.join(ROOT, folder)))).toEqual([]);
  });
});

test('README.md has a line for each app and package', () => {
  const named = [...readRepositoryFile('README.md').matchAll(/^\| \[`((?:apps|packages)\/[\w-]+)`\]/gm)];
  const there = new Set(files.flatMap(({ file }) => /^(?:apps|packages)\/[\w-]+(?=\/)/.exec(file) ?? []));
  expect(named.map(([, name]) => name).toSorted()).toEqual([...there].toSorted());
});

test('links between documents lead to files', () => {
  const broken = documents.flatMap(({ file, text }) =>
    [...text.matchAll(/\]\((?!https?:|#|mailto:)([^)#\s]+)/g)]
      .map(([, target = '']) => path.join(path.dirname(file), target))
      .filter((target) => !existsSync(path.join(ROOT, target)))
      .map((target) => `${file}: ${target}`),
  );
  expect(broken).toEqual([]);
});
