import { toStorableText } from './storable-text.ts';

/** Words kept of one text, and how many characters are searched for them: a whole title of 256 KiB costs too much. */
const WORDS_MAX = 100;
const TEXT_CHARACTERS_MAX = 16 * 1024;
const WORD_CHARACTERS_MAX = 64;
/**
 * Combining marks in a row, beyond the number that any script uses (Unicode Standard Annex 15, "Stream-Safe Text
 * Format"). Decomposing a text sorts them in quadratic time: 64 KiB of two alternating marks took half a second.
 * Decomposition also turns two half-width letters into marks.
 */
const MARKS_BEYOND = /([\p{M}\uff9e\uff9f]{30})[\p{M}\uff9e\uff9f]+/gu;
/** A lexeme may have 2,046 bytes; a longer log type or tag is compared by its column. */
const TOKEN_CHARACTERS_MAX = 200;

/** The fields that an alert is found by. */
export interface SearchedAlert {
  detectionId: string;
  title: string;
  name: string | null;
  severityRank: number;
  type: string;
  logTypes: readonly string[];
  tags: readonly string[];
}

/**
 * The words of a text: runs of letters and digits, without case and without accents. Made here and not in the database,
 * where it costs several times as much and depends on the locale.
 */
export function searchWords(text: string): string[] {
  const plain = text
    .slice(0, TEXT_CHARACTERS_MAX)
    .replaceAll(MARKS_BEYOND, '$1')
    .normalize('NFKD')
    .replaceAll(/[\u0300-\u036f]/g, '')
    .toLowerCase();
  const words = new Set<string>();
  for (const [word] of plain.matchAll(/[\p{L}\p{N}\p{M}]+/gu)) {
    words.add(Array.from(word).slice(0, WORD_CHARACTERS_MAX).join(''));
    if (words.size >= WORDS_MAX) break;
  }
  return [...words];
}

/** The term of a value that is not a word; words never begin with `#`. */
export const searchTerm = {
  severity: (rank: number) => `#s${rank}`,
  type: (type: string) => `#t${type}`,
  logType: (logType: string) => token('#l', logType),
  tag: (tag: string) => token('#g', tag),
} as const;

function token(kind: string, value: string): string {
  return `${kind}${toStorableText(
    Array.from(value.slice(0, 2 * TOKEN_CHARACTERS_MAX))
      .slice(0, TOKEN_CHARACTERS_MAX)
      .join(''),
  )}`;
}

/** Everything that one alert is found by, for the column `alerts.terms`. */
export function searchTerms(alert: SearchedAlert): string[] {
  const words = [alert.title, alert.name ?? '', alert.detectionId].flatMap(searchWords);
  return [
    ...new Set([
      searchTerm.severity(alert.severityRank),
      searchTerm.type(alert.type),
      ...alert.logTypes.map(searchTerm.logType),
      ...alert.tags.map(searchTerm.tag),
      ...words,
    ]),
  ];
}
