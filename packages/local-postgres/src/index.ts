export { type Account, accountFor } from './account.ts';
export { type LocalPostgres, type LocalPostgresOptions, startLocalPostgres } from './local-postgres.ts';
export { LocalPostgresInUseError } from './start-lock.ts';
