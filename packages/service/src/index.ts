export { closeWithin, DRAIN_MS } from './close-within.ts';
export { retryPolicyOf, retrySettings, setting } from './env-schema.ts';
export { type Closable, createLifecycle, type Lifecycle, ShuttingDownError } from './lifecycle.ts';
export { createLogger, type Logger, type LoggerOptions } from './logger.ts';
export { bodyRoomBytes, readMemoryFacts } from './memory-share.ts';
export { createMetrics, type Metrics } from './metrics.ts';
export { readSettings, SettingsError, summariseSettings } from './read-settings.ts';
export { type RedactedError, redactError, scrubText } from './redaction.ts';
export {
  leavesTlsUnchecked,
  type RunProcessOptions,
  runProcess,
  type ServiceProcess,
} from './run-process.ts';
export { tocsinVersion } from './version.ts';
export { type FaultWatch, watchFaults } from './watch-faults.ts';
