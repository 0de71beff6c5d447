import { MASK } from '@tocsin/contract';
import { cutEscapeLength, type DecodedView, decodedViews } from './decoded-views.ts';
import { createSecretIndex, type SecretIndex } from './secret-index.ts';
import { fold, secretPatterns } from './secret-patterns.ts';

/**
 * The most steps of {@link SecretIndex} that one text may take; with the secrets of most destinations, any 16 KiB of
 * text take a third or less. Only a text built for it takes more: escapes within Base64 within escapes, or secrets that
 * are nearly alike.
 */
export const STEPS_MAX = 200_000;

/** Masks secrets in a text. `isCut` says that the text was cut off at its end, perhaps within a secret. */
export interface ResponseRedaction {
  (text: string, isCut?: boolean): string;
  /** What it takes of the memory, about. */
  readonly bytes: number;
}

/** Of a pattern: its object, its place in the index and the headers of its texts, on Node 24. */
const PATTERN_BYTES = 200;

/**
 * Creates a mask for secrets that a receiver sends back, so that write-only values are never shown: header values,
 * signing secrets, path and query of the URL. Some receivers echo whole requests. It finds the secrets and their parts
 * of at least eight characters, as they are, in upper- and lower-case, escaped as HTML, URLs, JSON and JavaScript do it
 * (in part, mixed, and three times over), and all of that in Base64 (broken into lines or not), within `Basic` or
 * anything else. A secret that itself looks like escapes of fewer than eight characters is found as it is alone. What a
 * receiver encodes otherwise (hexadecimal, hashes, compression, Base64 within Base64, the letters reversed) is not found.
 *
 * Where the secrets, or the ways to read a text, are too many to search without holding up everything else, all of the
 * text is masked.
 *
 * @param onSteps gets the number of steps that a text took
 */
export function createResponseRedaction(
  secrets: readonly string[],
  { onSteps }: { onSteps?: (steps: number) => void } = {},
): ResponseRedaction {
  const patterns = secretPatterns(secrets);
  if (patterns === null) return withBytes((text) => (text === '' ? text : MASK), 0);
  if (patterns.length === 0) return withBytes((text) => text, 0);
  const index = createSecretIndex(patterns);
  const mask = (text: string, isCut = false): string => {
    const found = findSecrets(index, text, isCut);
    onSteps?.(found.steps);
    return found.steps > STEPS_MAX ? MASK : replaceRanges(text, found.reaches);
  };
  // Two bytes a character: one that is not Latin-1 makes its whole text take two.
  return withBytes(
    mask,
    patterns.reduce((bytes, { text }) => bytes + PATTERN_BYTES + 2 * text.length, 0),
  );
}

function withBytes(mask: (text: string, isCut?: boolean) => string, bytes: number): ResponseRedaction {
  return Object.assign(mask, { bytes });
}

/** For each character, where the longest secret that begins there ends; 0 where none does. */
type Reaches = Uint32Array;

/** Ends early after too many steps. */
function findSecrets(index: SecretIndex, text: string, isCut: boolean): { reaches: Reaches; steps: number } {
  const reaches = new Uint32Array(text.length);
  let steps = 0;
  const cover = (from: number, to: number) => {
    if (to > (reaches[from] as number)) reaches[from] = to;
  };
  const isTooMuch = () => steps > STEPS_MAX;

  function coverIn(view: DecodedView, isWhole: boolean): void {
    const folded = fold(view.text);
    const onFound = (from: number, to: number) =>
      cover(view.starts[from] as number, view.ends[to - 1] as number);
    const stepsLeft = STEPS_MAX - steps;
    if (isWhole) steps += index.find(folded, view.isBase64, stepsLeft, onFound);
    if (!isCut || isTooMuch()) return;
    const beginning = index.findBeginningAtEnd(folded, view.isBase64, STEPS_MAX - steps);
    steps += beginning.steps;
    if (beginning.at !== null) cover(view.starts[beginning.at] as number, text.length);
  }

  for (const view of decodedViews(text)) {
    coverIn(view, true);
    if (isTooMuch()) break;
  }
  // The text may end with a secret's beginning and an escape that was cut off.
  const cutLength = isCut ? cutEscapeLength(text) : 0;
  if (cutLength === 0) return { reaches, steps };
  for (const view of decodedViews(text.slice(0, text.length - cutLength))) {
    coverIn(view, false);
    if (isTooMuch()) break;
  }
  return { reaches, steps };
}

/** Replaces each covered stretch by one mask. */
function replaceRanges(text: string, reaches: Reaches): string {
  const parts: string[] = [];
  let shownFrom = 0;
  let maskedTo = 0;
  reaches.forEach((to, from) => {
    if (to === 0) return;
    if (from >= maskedTo) parts.push(text.slice(shownFrom, from), MASK);
    maskedTo = Math.max(maskedTo, to);
    shownFrom = maskedTo;
  });
  return parts.join('') + text.slice(shownFrom);
}
