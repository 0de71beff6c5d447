export type { SendSystemAlert } from './failure-notices.ts';
export {
  createStatusService,
  type StatusService,
  type StatusServiceDeps,
  type StatusServiceOptions,
} from './service.ts';
