import { useWindowVirtualizer } from '@tanstack/react-virtual';
import { useLayoutEffect, useMemo, useRef, useState } from 'react';
import type { Destination } from '../../../api/client.ts';
import { chunksInView } from './chunks-in-view.ts';
import classes from './destination-table.module.css';
import { DestinationTableRow } from './destination-table-row.tsx';
import { useDestinationStats } from './use-destination-stats.ts';

/** Until a row is measured; pixels. */
const ROW_PX = 93;
const OVERSCAN_ROWS = 8;

const COLUMNS = ['Destination', 'Filters', 'Health', 'Last 24 hours', 'Pause, enable'] as const;

export interface DestinationTableProps {
  destinations: readonly Destination[];
}

/** A table of which only the rows near the window are drawn: there may be ten thousand. */
export function DestinationTable({ destinations }: DestinationTableProps) {
  const body = useRef<HTMLTableSectionElement>(null);
  const [top, setTop] = useState(0);
  // What stands above the table may change its height.
  useLayoutEffect(() => {
    const next = body.current === null ? 0 : body.current.getBoundingClientRect().top + window.scrollY;
    if (Math.abs(next - top) > 1) setTop(next);
  });
  const rows = useWindowVirtualizer({
    count: destinations.length,
    estimateSize: () => ROW_PX,
    overscan: OVERSCAN_ROWS,
    scrollMargin: top,
    getItemKey: (index) => destinations[index]?.id ?? index,
  });
  const inView = rows.getVirtualItems();
  const ids = useMemo(() => destinations.map(({ id }) => id), [destinations]);
  const stats = useDestinationStats(chunksInView(ids, inView[0]?.index ?? 0, inView.at(-1)?.index ?? -1));
  return (
    <div className={classes.frame}>
      <table aria-label="Destinations" aria-rowcount={destinations.length + 1} className={classes.table}>
        <thead className={classes.part}>
          <tr aria-rowindex={1} className={classes.head}>
            {COLUMNS.map((name) => (
              <th key={name} scope="col" className={classes.cell}>
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody ref={body} className={classes.part} style={{ height: rows.getTotalSize() }}>
          {inView.map(({ key, index, start }) => {
            const destination = destinations[index];
            return (
              destination && (
                <tr
                  key={key}
                  ref={rows.measureElement}
                  data-index={index}
                  aria-rowindex={index + 2}
                  className={classes.row}
                  style={{ transform: `translateY(${start - top}px)` }}
                >
                  <DestinationTableRow destination={destination} stats={stats.get(destination.id)} />
                </tr>
              )
            );
          })}
        </tbody>
      </table>
    </div>
  );
}
