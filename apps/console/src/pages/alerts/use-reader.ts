import { type RefObject, useCallback, useRef, useSyncExternalStore } from 'react';

/** Further down than this, somebody reads on; pixels. */
const SCROLLED_PX = 40;

/** So long after the pointer moved over the list, somebody may be about to click in it. */
const POINTING_MS = 1_000;

export interface Reader {
  /** For the element that holds the rows. */
  listRef: RefObject<HTMLDivElement | null>;
  onPointerMove: () => void;
  isScrolled: boolean;
  /** Whether rows that move now would move under somebody’s eyes, keyboard or pointer. */
  isReading: () => boolean;
}

function onScroll(listener: () => void): () => void {
  window.addEventListener('scroll', listener, { passive: true });
  return () => window.removeEventListener('scroll', listener);
}

/** Knows what the reader of a list is at. */
export function useReader(): Reader {
  const listRef = useRef<HTMLDivElement>(null);
  const pointedAtMs = useRef(Number.NEGATIVE_INFINITY);
  const isScrolled = useSyncExternalStore(onScroll, () => window.scrollY > SCROLLED_PX);
  const onPointerMove = useCallback(() => {
    pointedAtMs.current = performance.now();
  }, []);
  const isReading = useCallback(() => {
    const focused = document.activeElement;
    const hasFocus = focused !== listRef.current && listRef.current?.contains(focused) === true;
    return isScrolled || hasFocus || performance.now() - pointedAtMs.current < POINTING_MS;
  }, [isScrolled]);
  return { listRef, onPointerMove, isScrolled, isReading };
}
