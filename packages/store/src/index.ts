export { pruneAuditLog } from './audit-log/prune-audit-log.ts';
export {
  type Actor,
  type AuditExecutor,
  actorName,
  type Change,
  recordChange,
} from './audit-log/record-change.ts';
export {
  connectDatabase,
  connectReads,
  type Database,
  type DatabaseOptions,
  postgresState,
  READS_POOL_MAX,
} from './database.ts';
export { anyLength, dayStatement } from './day-statement.ts';
export { noteDestinationBytes } from './destination-bytes.ts';
export {
  bumpDestinationsVersion,
  createDestinationDirectory,
  createRoutingDirectory,
  type DestinationDirectory,
  type RoutingDirectory,
} from './destination-directory.ts';
export {
  databaseProblem,
  isDatabaseUnavailable,
  isTransientConflict,
  OutcomeUnknownError,
} from './failures.ts';
export { assertFitDatabase, UnfitDatabaseError } from './fit-database.ts';
export { findApiKey, findSession, type StoredApiKey, type StoredSession } from './keys-and-sessions.ts';
export { type Microseconds, microsecondsOf, timeOfMicroseconds } from './microseconds.ts';
export { type MigrateOptions, migrate } from './migrate.ts';
export { ensurePartitions, isMissingPartition } from './partitions.ts';
export { createPool, pinSession, type SessionSettings, searchPathOf } from './pinned-session.ts';
export { pruneDeletedDestinations } from './prune-destinations.ts';
export { isRefusal } from './refusal.ts';
export { dropExpiredPartitions } from './retention.ts';
export { type SearchedAlert, searchTerm, searchTerms, searchWords } from './search-terms.ts';
export { lockSession, unlockSession } from './session-lock.ts';
export { isStorableText, toStorableText } from './storable-text.ts';
export {
  openUrl,
  type RoutedDestination,
  type StoredDestination,
  sealContext,
  toStoredDestination,
} from './stored-destination.ts';
export type * from './tables.ts';
export { answersInOrder, inTransaction, type Transaction } from './transaction.ts';
