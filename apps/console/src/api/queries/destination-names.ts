import type { Schemas } from '../client.ts';
import { useDestinations } from './all-destinations.ts';

/**
 * Names destinations: those that the alert went to as they were called then, others as they are called today. All
 * destinations are only asked for where one of them is not known otherwise.
 *
 * @param ids of every destination that is to be named
 * @returns a name, or the id itself of one that was deleted or that the key may not see
 */
export function useDestinationNames(
  deliveries: readonly Schemas['DeliverySummary'][],
  ids: readonly string[],
): (id: string) => string {
  const names = new Map(
    deliveries.map(({ destinationId, destinationName }) => [destinationId, destinationName]),
  );
  const { data } = useDestinations(ids.some((id) => !names.has(id)));
  for (const { id, displayName } of data ?? []) if (!names.has(id)) names.set(id, displayName);
  return (id) => names.get(id) ?? id;
}
