/** A display name has at most 100 characters; a producer's list may hold anything. */
const NAME_CHARACTERS_MAX = 100;

/**
 * Quotes a name that a producer sent, fit for a note: shortened, and without control characters and halves of
 * surrogate pairs, which Postgres refuses in a document.
 */
function quote(name: string): string {
  const characters = [...name.slice(0, 2 * NAME_CHARACTERS_MAX + 1)];
  const shown = characters.slice(0, NAME_CHARACTERS_MAX).join('');
  const cut = characters.length > NAME_CHARACTERS_MAX ? '…' : '';
  return `"${shown.toWellFormed().replaceAll(/\p{Cc}/gu, '\uFFFD')}${cut}"`;
}

function quoteFirst(names: readonly string[]): string {
  const more = names.length > 1 ? ` and ${names.length - 1} more` : '';
  return `${quote(names[0] ?? '')}${more}`;
}

/** What a decision says of its reasons, in words for the person on call. */
export const NOTES = {
  emptyList: 'The alert asks for an empty list of destinations, so it is sent nowhere.',
  skip: 'The alert’s list of destinations contains "SKIP", so it is sent nowhere.',
  unknownNames: (names: readonly string[]) =>
    `No destination has the id or display name ${quoteFirst(names)}, so the alert’s whole list of destinations is ignored.`,
  unknownOutputs: (ids: readonly string[]) =>
    `No destination has the id ${quoteFirst(ids)} from the alert’s outputIds; the others are used.`,
  noOutputExists: (ids: readonly string[]) =>
    `None of the alert’s outputIds exists (${quoteFirst(ids)}), so the destinations’ own filters decide.`,
  explained: 'Why each other destination is left out is computed against today’s destinations.',
} as const;
