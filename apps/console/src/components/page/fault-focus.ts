import { type RefObject, useEffect, useRef, useState } from 'react';

/** The message of a refusal as a whole, and inputs with an error. */
const FAULT = '[data-problem], [data-error] :is(input, textarea):not([type="hidden"])';

export interface FaultFocus<T extends HTMLElement> {
  /** For the form that holds the fields. */
  ref: RefObject<T | null>;
  /** Brings the first fault into view and gives it the focus, once it is drawn: a field may be folded away until then. */
  focusFault: () => void;
}

/** Moves to the first fault of a form, even if its submit button is far away. */
export function useFaultFocus<T extends HTMLElement>(): FaultFocus<T> {
  const ref = useRef<T>(null);
  const [times, setTimes] = useState(0);
  useEffect(() => {
    if (times > 0) showAndFocus(ref.current?.querySelector<HTMLElement>(FAULT) ?? null);
  }, [times]);
  return { ref, focusFault: () => setTimes((before) => before + 1) };
}

/** In the middle of the window: a bar may cover its edges. */
export function showAndFocus(element: HTMLElement | null): void {
  element?.scrollIntoView({ block: 'center' });
  element?.focus({ preventScroll: true });
}
