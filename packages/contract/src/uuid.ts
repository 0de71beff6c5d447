import { z } from 'zod';

/**
 * An id in the form of a UUID, in either case; read, it is in lower case, as Postgres writes it. Its version and variant are
 * not looked at, as Postgres doesn't either: ids that are carried over from elsewhere, such as
 * 11111111-1111-1111-1111-111111111111, are welcome.
 */
export const uuidSchema = z
  .guid({ error: ({ input }) => (input === undefined ? undefined : 'must be a UUID') })
  .toLowerCase();
