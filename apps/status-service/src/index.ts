export type { SendSystemAlert } from './notices/failure-notices.ts';
export { createReadApi } from './read-api.ts';
export {
  createStatusService,
  type StatusService,
  type StatusServiceDeps,
  type StatusServiceOptions,
} from './service.ts';
