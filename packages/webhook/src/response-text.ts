const UTF_8 = new TextDecoder();

/**
 * Decodes a response body for display, by the charset its content type names, else as UTF-8. Never fails: what
 * cannot be decoded becomes U+FFFD. U+0000 and other control characters stay what they are.
 *
 * @param contentType the `content-type` header, or null
 * @param isCut whether the body was cut off here: then a character cut in half at its end is left out
 */
export function decodeForDisplay(bytes: Uint8Array, contentType: string | null, isCut: boolean): string {
  const label = charsetOf(contentType);
  if (label === null && !isCut) return UTF_8.decode(bytes);
  return createDecoder(label).decode(bytes, { stream: isCut });
}

function charsetOf(contentType: string | null): string | null {
  if (contentType === null) return null;
  return /;\s*charset\s*=\s*"?([^\s";]+)/i.exec(contentType)?.[1] ?? null;
}

function createDecoder(label: string | null) {
  try {
    return new TextDecoder(label ?? undefined);
  } catch {
    return new TextDecoder();
  }
}
