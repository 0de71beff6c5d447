import { z } from 'zod';
import { documented } from './documented.ts';

const EXAMPLE = '2026-07-01T07:57:12.345Z';

/** A moment in an answer, in UTC. */
export const time = (description: string) => documented(z.iso.datetime(), description, EXAMPLE);

/** The same, or null. */
export const timeOrNull = (description: string) =>
  documented(z.iso.datetime().nullable(), description, EXAMPLE);
