import type { Logger } from '@tocsin/service';

export interface ChangeNotice {
  /** Wakes what waits for a change of destinations, such as the status service's dispatcher. */
  onDestinationsChanged?: (() => void | Promise<void>) | undefined;
  log: Logger;
}

/**
 * Announces a committed change. Nothing depends on it arriving: every process also looks for changes itself, so a
 * failure is logged and the request that made the change succeeds.
 *
 * @returns a function that never throws and does not wait
 */
export function createChangeNotice({ onDestinationsChanged, log }: ChangeNotice): () => void {
  return () => {
    Promise.resolve()
      .then(() => onDestinationsChanged?.())
      .catch((error: unknown) =>
        log.warn(
          { event: 'destination_change.notify_failed', err: error },
          'could not announce a change of destinations',
        ),
      );
  };
}
