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

/** How far away a moment is, in words that go on counting: `3 min ago`, `in 45 s`. */
export function Distance({ iso }: { iso: string }) {
  return (
    <Tooltip label={`${localText(iso)} (${utcText(iso)})`} events={{ hover: true, focus: true, touch: true }}>
      <time dateTime={iso} style={{ whiteSpace: 'nowrap' }}>
        <DistanceText iso={iso} />
      </time>
    </Tooltip>
  );
}

/** Apart, so that what counts draws no tooltip anew: a long list has one in every row. */
function DistanceText({ iso }: { iso: string }) {
  return useNowAs((nowMs) => distanceText(iso, nowMs));
}
