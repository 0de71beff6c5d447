export {
  createIngestApi,
  type IngestApi,
  type IngestApiDeps,
  type IngestApiOptions,
  SYSTEM_ALERTS_PATH,
} from './service.ts';
