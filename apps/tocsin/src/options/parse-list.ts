import { InvalidArgumentError } from 'commander';

/** A parser for commander: an option that may be repeated; each value is one item, commas included. */
export function collect(text: string, earlier: readonly string[] = []): string[] {
  return [...earlier, text];
}

/**
 * A parser for commander: words of a vocabulary, as a comma list or repeated, in any letter case.
 *
 * @param words the vocabulary, as the API writes it
 */
export function listOf<const T extends string>(words: readonly T[]): (text: string, earlier?: T[]) => T[] {
  const byFold = new Map(words.map((word) => [word.toLowerCase(), word]));
  return (text, earlier = []) => {
    const parts = text.split(',').map((part) => part.trim());
    const found = parts.map((part) => {
      const word = byFold.get(part.toLowerCase());
      if (word === undefined) throw new InvalidArgumentError(`Choose from ${words.join(', ')}.`);
      return word;
    });
    return [...new Set([...earlier, ...found])];
  };
}
