export { type AlertSet, loadAlertSets, type SetDestination } from './alert-sets.ts';
export type { Answer, Fault, OpenExchange, PlainAnswer } from './answers.ts';
export { type Child, type Exit, startChild } from './child.ts';
export { createFaultProxy, type FaultProxy } from './fault-proxy.ts';
export {
  breakOff,
  drip,
  endlessBody,
  garbage,
  hang,
  hangUp,
  hugeHeaders,
  raw,
  redirect,
  reset,
  slow,
  switchProtocols,
} from './faults.ts';
export { findFreePort } from './free-port.ts';
export { expectNoLeaks, leakedSince, type OpenHandles, openHandles } from './open-handles.ts';
export { type CheckedAnswer, checkAnswer } from './openapi-check.ts';
export { PATIENCE_MS } from './patience.ts';
export { percentile } from './percentile.ts';
export { findPgBouncer, type PgBouncer, startPgBouncer } from './pgbouncer.ts';
export { type Chromium, type ProvideChromiumOptions, provideChromium } from './provide-chromium.ts';
export { type ProvidedServer, ProvisionError } from './provide-first.ts';
export { type Nginx, provideNginx } from './provide-nginx.ts';
export { providePostgres } from './provide-postgres.ts';
export { type ProvideOptions, provideRedis } from './provide-redis.ts';
export { createRandomNumbers } from './random-numbers.ts';
export { createReceiver, type Receiver, type ReceiverOptions } from './receiver.ts';
export type { Decide, Recorded, Script } from './receiver-script.ts';
export { type StartProcessOptions, startProcess, type TestProcess } from './start-process.ts';
export { createDatabaseOn, createTestDatabase, type TestDatabase } from './test-database.ts';
export { type ClaimedDatabase, claimRedisDatabase, flushRedisPrefix, testRedisPrefix } from './test-redis.ts';
export { testWhen } from './test-when.ts';
export { type WaitOptions, waitFor } from './wait-for.ts';
