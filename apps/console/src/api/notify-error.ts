import { notifications } from '@mantine/notifications';
import { summaryOf } from './problem-message.ts';

/** Shows in a notification that a request has failed, and why. */
export function notifyError(error: unknown): void {
  notifications.show({ color: 'red', ...summaryOf(error) });
}
