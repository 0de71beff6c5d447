import { describeAdding } from './adding.ts';
import { describeLooking } from './looking.ts';
import { describePlaces } from './places.ts';
import { describeRecovery } from './recovery.ts';
import type { StoreUnderTest } from './store-under-test.ts';
import { describeVerdicts } from './verdicts.ts';

/** What the queues promise, wherever they live. */
export function describeQueues(store: StoreUnderTest): void {
  describeAdding(store);
  describeVerdicts(store);
  describePlaces(store);
  describeRecovery(store);
  describeLooking(store);
}
