export {
  type LocalPostgres,
  LocalPostgresInUseError,
  type LocalPostgresOptions,
  lockLocalPostgres,
  startLocalPostgres,
} from './local-postgres.ts';
