import { MASK } from '@tocsin/contract';
import { spellingsOf } from './secret-spellings.ts';

/** Shorter values (`1`, `true`, `json`) are no secrets, and masking them would tear up every answer. */
const SECRET_CHARACTERS_MIN = 8;

/** So much of a secret's beginning is masked at the end of a text that was cut there. */
const BEGINNING_CHARACTERS_MIN = 4;

/** Masks secrets in a text. `isCut` says that the text was cut off at its end, perhaps within a secret. */
export type EchoMask = (text: string, isCut?: boolean) => string;

/**
 * Makes what masks secrets that a receiver sends back, so that write-only values stay so: header values, signing secrets,
 * and what of a URL is secret. Some receivers echo whole requests. Letters are found in either case. What a receiver
 * encodes in ways of its own is not found.
 */
export function createEchoMask(secrets: readonly string[]): EchoMask {
  const found = secrets.flatMap(spellingsOf).filter((secret) => secret.length >= SECRET_CHARACTERS_MIN);
  // The longest first, so that a value is masked before a part of it is.
  const spelled = [...new Set(found)].sort((a, b) => b.length - a.length);
  const patterns = spelled.map((secret) => new RegExp(RegExp.escape(secret), 'gi'));
  return (text, isCut = false) => {
    const masked = patterns.reduce((rest, pattern) => rest.replace(pattern, MASK), text);
    return isCut ? maskBeginning(masked, spelled) : masked;
  };
}

/** Masks the longest beginning of a secret with which a text ends. */
function maskBeginning(text: string, spelled: readonly string[]): string {
  const end = text.toLowerCase();
  const lengths = spelled.map((secret) => {
    for (
      let length = Math.min(secret.length - 1, text.length);
      length >= BEGINNING_CHARACTERS_MIN;
      length -= 1
    )
      if (end.endsWith(secret.slice(0, length).toLowerCase())) return length;
    return 0;
  });
  const longest = Math.max(0, ...lengths);
  return longest === 0 ? text : text.slice(0, -longest) + MASK;
}
