import { type RefObject, useCallback, useRef, useSyncExternalStore } from 'react';

/** A list scrolled further than this counts as being read; pixels. */
const SCROLLED_PX = 40;

/** For this long after the pointer moved over the list, a click in it may follow; milliseconds. */
const POINTING_MS = 1_000;

export interface Reader {
  /** For the element that holds the rows. */
  listRef: RefObject<HTMLDivElement | null>;
  onPointerMove: () => void;
  isScrolled: boolean;
  /**
   * Whether somebody is reading or using the list now, so that its rows must not move: it is scrolled, has the focus,
   * or is under the pointer.
   */
  isReading: () => boolean;
}

function onScroll(listener: () => void): () => void {
  window.addEventListener('scroll', listener, { passive: true });
  return () => window.removeEventListener('scroll', listener);
}

/** Watches scrolling, focus and pointer, to tell whether somebody is reading or using a list. */
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
