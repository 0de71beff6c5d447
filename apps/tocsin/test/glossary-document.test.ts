import { expect, test } from '@jest/globals';
import { readRepositoryFile, textsOfRepository } from './sources.ts';

/**
 * A word of `docs/glossary.md` and what stood in its place. Texts are searched with their lines joined, words of
 * identifiers apart and in lower case: `handOver`, `hand-over` and `hand_over` are `hand over`.
 */
interface Rule {
  use: string;
  not: RegExp;
  /** The files where the replaced word has this sense; all of them if absent. */
  in?: RegExp;
  /** Places where a match has another sense: what stands there, and why it may. */
  except?: { file: string; text: string; why: string }[];
}

const STATUS = /^apps\/status-service\//;
const RENAMES = 'packages/store/src/migrations/0016-names.ts';
const RENAMES_WHY = 'the migration that renames the column';
const CHANGES_WHY = 'says which word was replaced';

const RULES: Rule[] = [
  {
    use: 'accept',
    not: /\b(?:takes?|taken|taking|took) (?:an alert |alerts? |it |them )?in\b(?! (?:turns?|the same order|part))/,
  },
  { use: 'requeue', not: /\bput(?:s|ting)? back\b/ },
  { use: 'dequeue', not: /\bhand(?:s|ed|ing)? out\b/ },
  {
    use: 'dispatch',
    not: /\bfeed(?:s|er|ers|ing)?\b|\bfed\b/,
    except: [
      { file: 'CHANGELOG.md', text: 'the feeder is the dispatcher', why: CHANGES_WHY },
      { file: RENAMES, text: 'rename column feed to', why: RENAMES_WHY },
      { file: RENAMES, text: 'rename column fed at to', why: RENAMES_WHY },
    ],
  },
  { use: 'reclaim', not: /\b(?:takes?|taken|taking|took) back\b/ },
  { use: 'slot', not: /\bcount move\b|\bgate state\b/ },
  { use: 'slot', not: /\bgate\b/, in: STATUS },
  { use: 'report', not: /\bhand(?:s|ed|ing)? ?overs?\b/ },
  {
    use: 'succeeded',
    not: /['"`>]delivered['"`<]|\bdelivered (?:count|total|at)\b|\bdelivered\??:/,
    except: [
      { file: 'CHANGELOG.md', text: '`delivered` is `succeeded`', why: CHANGES_WHY },
      { file: 'CHANGELOG.md', text: 'result="delivered"` is', why: CHANGES_WHY },
    ],
  },
  {
    use: 'failed',
    not: /\bfor good\b(?! reason)|['"`]dead['"`]|\bdead (?:jobs?|deliver)/,
    except: [{ file: 'CHANGELOG.md', text: 'was `delivery failed for good`', why: CHANGES_WHY }],
  },
  { use: 'deferred', not: /\bpark(?:s|ed|ing)?\b/ },
  { use: 'superseded', not: /['"`]stale['"`]|\bis stale\b/ },
  { use: 'quarantined', not: /\bset(?:s|ting)? aside\b/ },
  { use: 'skipped', not: /\bwithh(?:old|eld)/ },
  { use: 'bulk resend request', not: /\bask(?:s|ed|ing)? for\b/, in: /resend/ },
  { use: 'bulk resend request', not: /\bask(?:s|ed|ing)? for (?:\w+ ){0,3}resend|\bresends? asked for/ },
  { use: 'bulk resend', not: /\bwork(?:s|ed|ing)? (?:it |them )?off\b/ },
  { use: 'prune', not: /\bforg[eo]t/, in: /^(?:apps\/status-service|packages\/store|docs)\/|^[A-Z]+\.md/ },
  { use: 'reconcile', not: /\bnobody carries\b/ },
  {
    use: 'unavailable',
    not: /\b(?:is|was|stays|still) away\b|\b(?:postgres|redis|database|service|ingest|server)(?: goes)? away\b/,
  },
  { use: 'harness', not: /\bworkbench\b/ },
  // But for the command's name.
  { use: 'benchmark', not: /(?<!\btocsin |['`]|words )\bbench\b(?! load| command|\.ts)/ },
  { use: 'bind-port', not: /\bdoor\b/ },
  {
    use: 'file names',
    not: /\b(?:short cache|kept secrets|echo mask|mask echoes|value cutter|freeze watch|jobs? in hand|pump|brake)\b|\bwire\.ts|\bconst wire =/,
  },
  { use: 'console', not: /\blive ms\b|\btell failure\b/, in: /^apps\/console\// },
  { use: 'plain sentences', not: /\bwhoever\b/ },
  {
    use: 'plain sentences',
    not: /\b(?:is|are|was|were|be|been|being) (?:not |never |all )?told\b(?! apart| from)/,
  },
];

const HISTORY = /migrations\/00(?:0\d|1[0-5])-|^docs\/glossary\.md$|glossary-document\.test\.ts$/;

const plain = (text: string): string =>
  text
    .replaceAll(/\n[ \t]*(?:\*(?!\*)|\/\/)?[ \t]*/g, ' ')
    .replaceAll(/([a-z\d])(?=[A-Z])/g, '$1 ')
    .replaceAll(/(?<=\w)[_-](?=\w)/g, ' ')
    .toLowerCase();

/** A released version's entries are history: only what is above them counts. */
const unreleased = (text: string): string => text.split(/^## \[\d/m)[0] as string;

const texts = textsOfRepository()
  .filter(({ file }) => !HISTORY.test(file))
  .map(({ file, text }) => ({ file, text: plain(file === 'CHANGELOG.md' ? unreleased(text) : text) }));

function matchesOf({ not, in: where, except = [] }: Rule): string[] {
  return texts.flatMap(({ file, text }) => {
    if (where !== undefined && !where.test(file)) return [];
    const allowed = except.filter((one) => one.file === file);
    return [...text.matchAll(new RegExp(not, 'g'))].flatMap(({ 0: match, index }) => {
      const around = text.slice(Math.max(0, index - 60), index + match.length + 60);
      return allowed.some((one) => around.includes(one.text)) ? [] : [`${file}: …${around}…`];
    });
  });
}

test('the repository’s texts are there', () => expect(texts.length).toBeGreaterThan(900));

test.each(RULES)('“$use” stands for what matches $not', (rule) => expect(matchesOf(rule)).toEqual([]));

test('every exception is one', () => {
  const unneeded = RULES.flatMap((rule) =>
    (rule.except ?? []).filter((one) => {
      const text = texts.find(({ file }) => file === one.file)?.text ?? '';
      return !text.includes(one.text) || !rule.not.test(one.text);
    }),
  );
  expect(unneeded).toEqual([]);
});

test('a replaced word is found in an identifier, a file name, a column and over the end of a line', () => {
  const [report, dispatch] = ['report', 'dispatch'].map((use) => RULES.find((rule) => rule.use === use)?.not);
  for (const text of [
    'function handOver() {}',
    "'./hand-over.ts'",
    '/** To hand\n * over. */',
    'handed over',
  ])
    expect(plain(text)).toMatch(report as RegExp);
  for (const text of ['fed_at', 'nextFeed', 'the feeder']) expect(plain(text)).toMatch(dispatch as RegExp);
});

test('docs/glossary.md has each word that is to be used', () => {
  const glossary = readRepositoryFile('docs/glossary.md');
  const isNoWord = (use: string) => ['file names', 'console', 'plain sentences'].includes(use);
  const missing = RULES.filter(
    ({ use }) => !isNoWord(use) && !new RegExp(`^\\| [^|]*\\b${use}\\b`, 'm').test(glossary),
  );
  expect(missing.map(({ use }) => use)).toEqual([]);
});
