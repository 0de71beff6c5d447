export { createQueueBoardSource, type QueueBoardSource } from './board-source.ts';
export { connectionsNeeded, type QueueRoles } from './check-settings.ts';
export { createAlertConsumer, createDeliveryConsumers } from './consumers.ts';
export { describeJobData } from './describe-job-data.ts';
export { type AlertToRoute, groupAlerts } from './group-alerts.ts';
export { deliveryJobId } from './job-codec.ts';
export { createDeliveryEnqueuer, createProducer } from './producer.ts';
export { QueueError, type QueueErrorCode, UnrecoverableJobError } from './queue-error.ts';
export { ALERT_QUEUE, deliveryQueueName, redisMarkerKey } from './queue-names.ts';
export { createQueueOutage, isQueueUnavailable } from './queue-outage.ts';
export type {
  AlertConsumerOptions,
  AlertJob,
  AlertJobContext,
  AlertJobVerdict,
  Consumer,
  ConsumerState,
  DeliveryConsumerOptions,
  DeliveryJob,
  DeliveryJobContext,
  DeliveryJobRef,
  JobVerdict,
  Producer,
  QueueBackendConfig,
  QueueDepth,
  QueueLog,
  QueueSettings,
} from './types.ts';
