import { Button, MultiSelect, SimpleGrid } from '@mantine/core';
import { useDisclosure, useMediaQuery } from '@mantine/hooks';
import { IconFilter } from '@tabler/icons-react';
import { faultOf } from '../../api/problem-message.ts';
import { useDestinationChoice } from '../../api/queries/destination-names.ts';
import { DestinationFilter } from '../../components/fields/destination-filter.tsx';
import { SearchField } from '../../components/fields/search-field.tsx';
import type { UrlFilters } from '../../components/fields/url-filters.ts';
import { ALERT_TYPES, SEVERITIES, STATUS_LABELS } from '../../format/labels/value-labels.ts';
import { useSession } from '../../session/session.tsx';
import { ALERT_STATUSES, type AlertFilters } from './alert-query.ts';
import { LogTypeFilter } from './log-type-filter.tsx';
import { TimeRange } from './time-range.tsx';

interface NarrowingProps {
  url: UrlFilters;
  filters: AlertFilters;
}

export interface FilterBarProps extends NarrowingProps {
  /** Why the list could not be read; null where it could. */
  error: unknown;
}

/** Everything by which the list can be narrowed; on a narrow screen, all but the search stands behind a button. */
export function FilterBar({ url, filters, error }: FilterBarProps) {
  const isNarrow = useMediaQuery('(max-width: 48em)', undefined, { getInitialValueInEffect: false });
  const [isOpen, { toggle }] = useDisclosure(false);
  const { q, ...others } = filters;
  const given = Object.keys(others).length;
  return (
    <search aria-label="Alerts">
      <SimpleGrid cols={{ base: 1, sm: 2, lg: 4 }} spacing="sm" verticalSpacing="sm">
        <SearchField
          label="Search"
          placeholder="Title, name or id"
          value={q ?? ''}
          error={faultOf(error, 'q')}
          onChange={(text) => url.set({ q: text.trim() })}
        />
        {isNarrow && (
          <Button
            variant="default"
            leftSection={<IconFilter size={16} aria-hidden />}
            aria-expanded={isOpen}
            onClick={toggle}
          >
            {given === 0 ? 'Filters' : `Filters (${given})`}
          </Button>
        )}
        {(isOpen || !isNarrow) && <Narrowing url={url} filters={filters} />}
      </SimpleGrid>
    </search>
  );
}

function Narrowing({ url, filters }: NarrowingProps) {
  const { may } = useSession();
  const destinationId = filters.destinationId ?? null;
  const choice = useDestinationChoice(destinationId, may('destinations:read'));
  return (
    <>
      <Choices
        label="Severity"
        all={SEVERITIES}
        chosen={filters.severity}
        onChange={(severity) => url.set({ severity })}
      />
      <Choices label="Type" all={ALERT_TYPES} chosen={filters.type} onChange={(type) => url.set({ type })} />
      <Choices
        label="Status"
        all={ALERT_STATUSES}
        labels={STATUS_LABELS}
        chosen={filters.status}
        onChange={(status) => url.set({ status })}
      />
      <LogTypeFilter value={filters.logType ?? ''} onChange={(logType) => url.set({ logType })} />
      <DestinationFilter
        choice={choice}
        value={destinationId}
        onChange={(id) => url.set({ destinationId: id })}
      />
      <TimeRange filters={filters} onChange={(changes) => url.set(changes)} />
    </>
  );
}

interface ChoicesProps {
  label: string;
  all: readonly string[];
  /** What each is called on the page, where that differs. */
  labels?: Readonly<Partial<Record<string, string>>>;
  chosen: readonly string[] | undefined;
  onChange: (chosen: string[]) => void;
}

function Choices({ label, all, labels = {}, chosen = [], onChange }: ChoicesProps) {
  return (
    <MultiSelect
      label={label}
      data={all.map((value) => ({ value, label: labels[value] ?? value }))}
      value={[...chosen]}
      onChange={onChange}
      {...(chosen.length === 0 && { placeholder: 'Any' })}
      clearable
      clearButtonProps={{ 'aria-label': `Clear ${label}` }}
    />
  );
}
