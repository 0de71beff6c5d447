import { listAuditLog } from '@tocsin/contract';
import { defineRoute } from '@tocsin/http';
import type { Database } from '@tocsin/store';
import { readAuditLog } from '../read-audit-log.ts';

export function createListAuditLog({ reads }: { reads: Database }) {
  return defineRoute(listAuditLog, ({ query }) => readAuditLog(reads, query));
}
