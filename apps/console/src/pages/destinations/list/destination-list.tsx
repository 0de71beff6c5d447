import { Anchor, Group, SegmentedControl, Stack, Text } from '@mantine/core';
import type { Destination } from '../../../api/client.ts';
import { SearchField } from '../../../components/fields/search-field.tsx';
import { useUrlFilters } from '../../../components/fields/url-filters.ts';
import { EmptyState } from '../../../components/page/empty-state.tsx';
import { countText } from '../../../format/counts.ts';
import { DestinationTable } from './destination-table.tsx';
import { filterDestinations, STATES, type State, stateOf } from './filter-destinations.ts';

const STATE_LABELS: Record<State, string> = {
  all: 'All',
  healthy: 'Healthy',
  degraded: 'Degraded',
  failing: 'Failing',
  paused: 'Paused',
  disabled: 'Disabled',
};

export interface DestinationListProps {
  destinations: readonly Destination[];
  /** Whether more are being loaded. */
  isIncomplete: boolean;
}

/** The destinations that the filters in the URL leave. */
export function DestinationList({ destinations, isIncomplete }: DestinationListProps) {
  const filters = useUrlFilters(['q', 'state']);
  const text = filters.get('q') ?? '';
  const state = stateOf(filters.get('state'));
  const shown = filterDestinations(destinations, { text, state });
  const failing = filterDestinations(destinations, { text, state: 'failing' }).length;
  const labelOf = (each: State) =>
    each === 'failing' && failing > 0 ? `${STATE_LABELS[each]} (${countText(failing)})` : STATE_LABELS[each];
  return (
    <Stack gap="sm">
      <Group align="end" gap="sm">
        <div style={{ flex: '1 1 240px', maxWidth: 420 }}>
          <SearchField label="Name or id" value={text} onChange={(q) => filters.set({ q })} />
        </div>
        <SegmentedControl
          aria-label="State"
          maw="100%"
          value={state}
          onChange={(next) => filters.set({ state: next === 'all' ? null : next })}
          data={STATES.map((each) => ({ value: each, label: labelOf(each) }))}
        />
      </Group>
      <Text size="sm" c="dimmed" role="status">
        {countText(shown.length)} of {countText(destinations.length)}
        {isIncomplete ? ' so far; more are being loaded…' : ''}
      </Text>
      {shown.length > 0 ? (
        <DestinationTable destinations={shown} />
      ) : (
        <EmptyState title="No destination matches">
          <Anchor component="button" type="button" underline="always" onClick={filters.clear}>
            Clear the filters
          </Anchor>
        </EmptyState>
      )}
    </Stack>
  );
}
