const QUOTE = 0x22;
const BACKSLASH = 0x5c;

function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= 0x30 && byte <= 0x39;
}

function isHexDigit(byte: number | undefined): boolean {
  if (byte === undefined) return false;
  const lower = byte | 0x20;
  return isDigit(byte) || (lower >= 0x61 && lower <= 0x66);
}

/** How many bytes an escape takes, from its backslash; 0 where it is none. */
function escapeBytes(bytes: Uint8Array, at: number, end: number): number {
  if (at + 1 >= end) return 0;
  switch (bytes[at + 1]) {
    case 0x22: // "
    case 0x5c: // \
    case 0x2f: // /
    case 0x62: // b
    case 0x66: // f
    case 0x6e: // n
    case 0x72: // r
    case 0x74: // t
      return 2;
    case 0x75: // u
      for (let digit = at + 2; digit < at + 6; digit += 1) {
        if (digit >= end || !isHexDigit(bytes[digit])) return 0;
      }
      return 6;
    default:
      return 0;
  }
}

/**
 * @param at where the string's first quote stands
 * @returns the byte behind its last quote, or `-1 - place` of what is no JSON (RFC 8259, 7)
 */
export function endOfString(bytes: Uint8Array, at: number, end: number): number {
  let place = at + 1;
  while (place < end) {
    const byte = bytes[place] as number;
    if (byte === QUOTE) return place + 1;
    if (byte === BACKSLASH) {
      const taken = escapeBytes(bytes, place, end);
      if (taken === 0) return -1 - place;
      place += taken;
    } else if (byte < 0x20) return -1 - place;
    else place += 1;
  }
  return -1 - end;
}

/** @returns the byte behind the number that begins here, or `-1 - place` of what is no JSON (RFC 8259, 6) */
export function endOfNumber(bytes: Uint8Array, at: number, end: number): number {
  let place = bytes[at] === 0x2d ? at + 1 : at;
  const digits = (): boolean => {
    const first = place;
    while (place < end && isDigit(bytes[place])) place += 1;
    return place > first;
  };
  if (place < end && bytes[place] === 0x30) place += 1;
  else if (!digits()) return -1 - place;
  if (place < end && bytes[place] === 0x2e) {
    place += 1;
    if (!digits()) return -1 - place;
  }
  if (place < end && ((bytes[place] as number) | 0x20) === 0x65) {
    place += 1;
    if (place < end && (bytes[place] === 0x2b || bytes[place] === 0x2d)) place += 1;
    if (!digits()) return -1 - place;
  }
  return place;
}

/** @returns the byte behind the word, or `-1 - place` where it is another */
export function endOfWord(bytes: Uint8Array, at: number, end: number, word: string): number {
  for (let index = 0; index < word.length; index += 1) {
    if (at + index >= end || bytes[at + index] !== word.charCodeAt(index)) return -1 - (at + index);
  }
  return at + word.length;
}
