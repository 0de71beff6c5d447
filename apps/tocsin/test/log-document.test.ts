import { expect, test } from '@jest/globals';
import { readRepositoryFile as read, sources } from './sources.ts';

/** A call with its level and its message, the last argument. `errors.level()` is warn, or debug while an outage is known. */
const CALL =
  /\blog(?:\(\))?(?:\?\.|\.)?(?:(info|warn|error|fatal)|\[errors\.level\(\)\])(?:\?\.)?\((?:(?!\blog\b)[\s\S])*?(['`])((?:(?!\2).)*)\2,?\s*\)/g;

/** What a process may log at `info` or above: "level message", the parts that change written as an ellipsis. */
function linesInCode(): string[] {
  const lines = new Set<string>();
  const add = (level: string, text: string) => lines.add(`${level} ${text.replace(/\$\{[^}]*\}/g, '…')}`);
  for (const { text } of sources()) {
    for (const [, level = 'warn', , message = ''] of text.matchAll(CALL)) add(level, message);
    for (const [, kind, , message = ''] of text.matchAll(/\b(failing|working): (['`])((?:(?!\2).)*)\2/g))
      add(kind === 'failing' ? 'warn' : 'info', message);
  }
  return [...lines].sort();
}

const documented = [...read('docs/log.md').matchAll(/^\| (\w+) \| `([^`]+)` \|/gm)];

test('docs/log.md has every line at info or above, with its level, and no other', () => {
  const rows = documented.map(([, level, message]) => `${level} ${message}`);
  expect(rows.length).toBeGreaterThan(50);
  expect(rows.toSorted()).toEqual(linesInCode());
});

/** Services’ pages name lines by their beginning, or with what changes filled in. */
const PAGES = ['ingest-api', 'router', 'delivery-worker', 'status-service', 'control-api', 'tocsin'];

test('a line that a service’s page promises is one that is logged', () => {
  const patterns = documented.map(([, , message = '']) => {
    const parts = message.split('…').map((part) => part.replaceAll(/[.?()]/g, '\\$&'));
    return new RegExp(`^${parts.join('.+')}`);
  });
  const promised = PAGES.flatMap((page) =>
    [
      ...read(`docs/services/${page}.md`).matchAll(
        /`((?:an?|the|could|job|process|lost|alerts(?= are)|alert|delivery|attempt) [a-z][^`=|]*)`/g,
      ),
    ].map(([, text = '']) => text),
  );
  expect(promised.length).toBeGreaterThan(10);
  const isLogged = (text: string) =>
    patterns.some((pattern) => pattern.test(text)) ||
    documented.some(([, , message = '']) => message.startsWith(text.replace(/ …$/, '')));
  expect(promised.filter((text) => !isLogged(text))).toEqual([]);
});
