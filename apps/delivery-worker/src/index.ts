export { createDeliveryWorker, type DeliveryWorker, type DeliveryWorkerDeps } from './service.ts';
