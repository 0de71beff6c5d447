export {
  migrateOnceThere,
  openDatabase,
  openEgress,
  openQueues,
  openReads,
  openStatusGateway,
} from './open-resources.ts';
export { runService } from './run-service.ts';
export type { ServiceContext } from './service-context.ts';
export { createServiceHandler } from './service-handler.ts';
export { egressSettings, queueSettings, serviceSettings, statusGatewaySettings } from './service-settings.ts';
