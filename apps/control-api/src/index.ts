export {
  type ControlApi,
  type ControlApiDeps,
  type ControlApiOptions,
  createControlApi,
} from './service.ts';
export type { TestSender } from './test-alert.ts';
