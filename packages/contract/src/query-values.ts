import { z } from 'zod';

/** A moment given by a caller; from 1970 on, so that every accepted time is one that the database knows. */
export const instantSchema = z.iso
  .datetime({ offset: true, local: false })
  // What is no time at all has been refused before, with its own message.
  .refine((text) => !(Date.parse(text) < 0), 'must be in 1970 or later');
