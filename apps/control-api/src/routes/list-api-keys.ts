import { listApiKeys } from '@tocsin/contract';
import { defineRoute } from '@tocsin/http';
import type { Database } from '@tocsin/store';
import { readApiKeys } from '../api-key-store.ts';

export function createListApiKeys({ reads }: { reads: Database }) {
  return defineRoute(listApiKeys, ({ query }) => readApiKeys(reads, query));
}
