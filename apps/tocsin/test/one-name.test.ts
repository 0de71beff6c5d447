import { expect, test } from '@jest/globals';
import { textsOfRepository } from './sources.ts';

/** A name that several files declare, and why it may be so. */
interface Exception {
  name: string;
  in: RegExp;
  /** How many files may declare it; any number if absent. */
  most?: number;
  why: string;
}

/** The console has its types from the API document, and tables of its own for what the contract lists. */
const MIRROR = /^packages\/contract\/src\/|^apps\/console\/src\//;
const MIRROR_WHY = 'the same thing, in the contract and as the console has it';

const EXCEPTIONS: Exception[] = [
  ...[
    'ALERT_STATUSES',
    'ALERT_TYPES',
    'AlertType',
    'AttemptErrorCode',
    'DestinationStats',
    'FAILURE_CODES',
    'FieldError',
    'MatchCount',
    'RoutingFacts',
    'SEVERITIES',
    'Scope',
    'Severity',
  ].map((name) => ({ name, in: MIRROR, most: 2, why: MIRROR_WHY })),
  {
    name: 'Page',
    in: /^apps\/console\/src\/pages\/.*\/page\.tsx$/,
    why: 'the router loads every page by this name',
  },
  {
    name: 'up',
    in: /^packages\/store\/src\/migrations\/\d{4}-/,
    why: 'every migration is applied by this name',
  },
  {
    name: 'counted',
    in: /^apps\/(?:console\/src\/format\/counts|tocsin\/src\/output\/counted)\.ts$/,
    why: 'the same function, in the console and in the command line',
  },
  {
    name: 'matchedText',
    in: /^apps\/(?:console\/src\/pages\/deliveries\/match-count|tocsin\/src\/output\/resend-view)\.ts$/,
    why: 'the same function, in the console and in the command line',
  },
  {
    name: 'isOpen',
    in: /^apps\/(?:console\/src\/format\/labels\/next-step|status-service\/src\/delivery\/delivery-row)\.ts$/,
    why: 'the same question about a delivery, of a row and of what the API shows',
  },
];

const SOURCE = /^(?:apps|packages)\/[^/]+\/src\/.*(?<!\.test)\.tsx?$/;
const DECLARATION = /^export (?:async )?(?:type|interface|class|function\*?|const|let) (\w+)/gm;

/** @returns the names that a file declares and exports: an overloaded function once, what it only exports again not */
function exportedNames(text: string): string[] {
  return [...new Set([...text.matchAll(DECLARATION)].map(([, name]) => name as string))];
}

const places = textsOfRepository()
  .filter(({ file }) => SOURCE.test(file))
  .flatMap(({ file, text }) => exportedNames(text).map((name) => ({ name, file })));
const filesOf = new Map(
  [...Map.groupBy(places, ({ name }) => name)].map(([name, found]) => [name, found.map(({ file }) => file)]),
);

test('an exported name stands for one thing in the whole repository', () => {
  const isException = (name: string, files: readonly string[]) =>
    EXCEPTIONS.some(
      (one) =>
        one.name === name &&
        files.length <= (one.most ?? Infinity) &&
        files.every((file) => one.in.test(file)),
    );
  const shared = [...filesOf]
    .filter(([name, files]) => files.length > 1 && !isException(name, files))
    .map(([name, files]) => `${name}: ${files.join(', ')}`);
  expect(shared).toEqual([]);
});

test('every exception is one', () => {
  const unneeded = EXCEPTIONS.filter(({ name }) => (filesOf.get(name) ?? []).length < 2);
  expect(unneeded.map(({ name }) => name)).toEqual([]);
});

test('a declaration is found, and what is only exported again is not', () => {
  const text = [
    'export type A = 1;',
    'export interface B<T> {',
    'export async function c(): void;',
    'export async function c(): number;',
    'export async function* d() {',
    "export const E = 'E';",
    "export { F } from './f.ts';",
    "export type { G } from './g.ts';",
    'interface H {',
  ].join('\n');
  expect(exportedNames(text)).toEqual(['A', 'B', 'c', 'd', 'E']);
});

test('the repository’s sources are there', () => expect(places.length).toBeGreaterThan(1_000));
