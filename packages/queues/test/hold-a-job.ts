// Run by a test as a process of its own, to be killed: takes a delivery job and never ends it.
import { createDeliveryConsumers, type QueueSettings } from '../src/index.ts';

const settings = JSON.parse(process.argv[2]!) as Omit<QueueSettings, 'log'>;
const silent = () => {};
const log = { debug: silent, info: silent, warn: silent, error: silent };

createDeliveryConsumers(
  { ...settings, log },
  {
    concurrency: 1,
    process(job) {
      process.stdout.write(`holding ${job.deliveryId}\n`);
      return new Promise(() => {});
    },
  },
);
