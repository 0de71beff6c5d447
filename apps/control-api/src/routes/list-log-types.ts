import { listLogTypes } from '@tocsin/contract';
import { defineRoute } from '@tocsin/http';
import type { Database } from '@tocsin/store';
import { readLogTypes } from '../log-types.ts';

export function createListLogTypes({ reads }: { reads: Database }) {
  return defineRoute(listLogTypes, async () => ({ items: await readLogTypes(reads) }));
}
