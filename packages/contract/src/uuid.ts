import { z } from 'zod';

/**
 * An id in the form of a UUID, in either case; read, it is in lower case, as Postgres writes it. Its version and
 * variant are not checked, as in Postgres: ids from elsewhere, such as 11111111-1111-1111-1111-111111111111, are
 * accepted.
 */
export const uuidSchema = z
  .guid({ error: ({ input }) => (input === undefined ? undefined : 'must be a UUID') })
  .toLowerCase();
