export {
  type LocalPostgres,
  type LocalPostgresOptions,
  lockLocalPostgres,
  startLocalPostgres,
} from './local-postgres.ts';
export { LocalPostgresInUseError } from './start-lock.ts';
