import { Text, Tooltip } from '@mantine/core';
import { distanceText, localText, utcText } from '../../format/time-text.ts';
import { useNowAs } from './use-now.ts';

/** A moment in the viewer's own zone, with UTC on hover and on focus. */
export function Moment({ iso }: { iso: string | null }) {
  if (iso === null) return <Text span>–</Text>;
  return (
    <Tooltip label={utcText(iso)} events={{ hover: true, focus: true, touch: true }}>
      <time dateTime={iso} style={{ whiteSpace: 'nowrap' }}>
        {localText(iso)}
      </time>
    </Tooltip>
  );
}

/** The distance to a moment in words, updated every second: `3 min ago`, `in 45 s`. */
export function Distance({ iso }: { iso: string }) {
  return (
    <Tooltip label={`${localText(iso)} (${utcText(iso)})`} events={{ hover: true, focus: true, touch: true }}>
      <time dateTime={iso} style={{ whiteSpace: 'nowrap' }}>
        <DistanceText iso={iso} />
      </time>
    </Tooltip>
  );
}

/** A component of its own, so that each second re-renders only the text, not the row's tooltip. */
function DistanceText({ iso }: { iso: string }) {
  return useNowAs((nowMs) => distanceText(iso, nowMs));
}
