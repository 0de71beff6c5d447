import { restWhileUnavailable } from '@tocsin/outage';
import { connectDatabase, migrate } from '../src/index.ts';

/** Migrates the database of `DATABASE_URL`: the template that tests copy theirs from. */
const { DATABASE_URL: databaseUrl = '' } = process.env;
const log = { warn: () => undefined, info: () => undefined };
const database = connectDatabase({ databaseUrl, poolMax: 2, applicationName: 'template', log });
// On a machine so busy that a connection takes seconds, the next one may do.
await restWhileUnavailable([database.outage], () => migrate(database), {
  signal: AbortSignal.timeout(60_000),
});
await database.close();
