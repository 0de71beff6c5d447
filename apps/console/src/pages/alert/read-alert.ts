import { memberText } from '@tocsin/json';
import type { Schemas } from '../../api/client.ts';

/** An alert as its page shows it: the context as its producer wrote it, which a browser's numbers could not hold. */
export type ShownAlert = Omit<Schemas['AlertDetail'], 'alertContext'> & {
  /** Null where the alert has none. */
  contextText: string | null;
};

/** @param text the API's answer */
export function readAlert(text: string): ShownAlert {
  const { alertContext: _, ...alert } = JSON.parse(text) as Schemas['AlertDetail'];
  return { ...alert, contextText: memberText(text, 'alertContext') ?? null };
}
