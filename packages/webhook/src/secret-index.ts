import { SECRET_CHARACTERS_MIN, type SecretPattern } from './secret-patterns.ts';

/** A secret's beginning of this length or more is masked at the end of a cut text. */
const BEGINNING_CHARACTERS_MIN = 4;

/** A comparison stops at the first difference, and compares many characters in the time that any other step takes. */
const CHARACTERS_COMPARED_A_STEP = 8;

/**
 * Finds a destination's secrets in folded texts by their first characters: one step for each character of a text,
 * however many secrets there are, and more only where one of them seems to begin.
 */
export interface SecretIndex {
  /**
   * @param isBase64 whether the text was decoded from Base64: Base64 within it is not searched
   * @param onFound gets where each secret that was found begins and ends
   * @returns the steps it took; where they are more than `stepsMax`, the search was given up
   */
  find(
    text: string,
    isBase64: boolean,
    stepsMax: number,
    onFound: (from: number, to: number) => void,
  ): number;
  /** @returns where the longest beginning of a secret at the text's end starts; null where there is none */
  findBeginningAtEnd(text: string, isBase64: boolean, stepsMax: number): { at: number | null; steps: number };
}

export function createSecretIndex(patterns: readonly SecretPattern[]): SecretIndex {
  const byBeginning = Map.groupBy(patterns, ({ text }) => text.slice(0, SECRET_CHARACTERS_MIN));
  const longest = patterns.reduce((length, { text }) => Math.max(length, text.length), 0);
  const startingAt = (text: string, at: number) =>
    byBeginning.get(text.slice(at, at + SECRET_CHARACTERS_MIN));
  const costOf = (length: number) => 1 + Math.floor(length / CHARACTERS_COMPARED_A_STEP);

  return {
    find(text, isBase64, stepsMax, onFound) {
      let steps = text.length;
      for (let at = 0; at <= text.length - SECRET_CHARACTERS_MIN; at += 1) {
        for (const pattern of startingAt(text, at) ?? []) {
          steps += costOf(pattern.text.length);
          if (steps > stepsMax) return steps;
          if ((isBase64 && pattern.isBase64) || !text.startsWith(pattern.text, at)) continue;
          const to = at + pattern.text.length;
          if (pattern.isBase64) onFound(...withNeighbours(text, at, to));
          else onFound(at, to);
        }
      }
      return steps;
    },

    findBeginningAtEnd(text, isBase64, stepsMax) {
      let steps = 0;
      const from = Math.max(0, text.length - longest);
      for (let at = from; at <= text.length - BEGINNING_CHARACTERS_MIN; at += 1) {
        const end = text.slice(at);
        const candidates = end.length < SECRET_CHARACTERS_MIN ? patterns : (startingAt(text, at) ?? []);
        steps += 1 + candidates.length * costOf(end.length);
        if (steps > stepsMax) return { at: null, steps };
        const isOne = ({ text: secret, isBase64: isSecretBase64 }: SecretPattern) =>
          !(isBase64 && isSecretBase64) && secret.length > end.length && secret.startsWith(end);
        if (candidates.some(isOne)) return { at, steps };
      }
      return { at: null, steps };
    },
  };
}

/** Of Base64, one character on either side may hold bits of the secret, and padding tells its length. */
function withNeighbours(text: string, from: number, to: number): [from: number, to: number] {
  const isBase64 = (at: number) => /[a-z0-9 /]/.test(text[at] ?? '.');
  let end = isBase64(to) ? to + 1 : to;
  while (text[end] === '=') end += 1;
  return [isBase64(from - 1) ? from - 1 : from, end];
}
