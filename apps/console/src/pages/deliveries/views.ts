import type { Schemas } from '../../api/client.ts';

type Status = Schemas['DeliveryItem']['status'];

/** What the list can be narrowed to, in the order an on-call engineer asks. */
export const VIEWS = [
  { name: 'failed', label: 'Failed', status: ['failed'] },
  { name: 'retrying', label: 'Retrying', status: ['retrying'] },
  { name: 'pending', label: 'Waiting', status: ['pending'] },
  { name: 'succeeded', label: 'Succeeded', status: ['succeeded'] },
  { name: 'cancelled', label: 'Cancelled', status: ['cancelled'] },
  { name: 'all', label: 'All', status: [] },
] as const satisfies readonly { name: string; label: string; status: readonly Status[] }[];

export type View = (typeof VIEWS)[number];

const [FAILED] = VIEWS;

/** @returns the view of that name; what failed, for any other */
export function viewOf(name: string | null): View {
  return VIEWS.find((view) => view.name === name) ?? FAILED;
}

/** What each view says when it has nothing. */
export const EMPTY_LABELS: Record<View['name'], string> = {
  failed: 'No delivery has failed.',
  retrying: 'No delivery waits for a retry.',
  pending: 'No delivery waits for its first attempt.',
  succeeded: 'No delivery has succeeded yet.',
  cancelled: 'No delivery was cancelled.',
  all: 'There are no deliveries yet.',
};
