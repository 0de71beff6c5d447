export {
  type Batcher,
  BatcherClosedError,
  BatcherFullError,
  type BatcherOptions,
  createBatcher,
} from './batcher.ts';
export { settleByHalves } from './settle-by-halves.ts';
