import { NativeSelect } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useApi } from '../../api/api-context.tsx';
import { answer } from '../../api/client.ts';
import { LIVE_MS } from '../../api/live.ts';
import { useSession } from '../../shell/session.tsx';

const DESTINATIONS_MAX = 1_000;

export interface DestinationFilterProps {
  /** A destination's id; empty for all. */
  value: string;
  onChange: (value: string) => void;
}

/** Chooses one destination, or all of them. */
export function DestinationFilter({ value, onChange }: DestinationFilterProps) {
  const api = useApi();
  const { may } = useSession();
  const isAllowed = may('destinations:read');
  const { data } = useQuery({
    queryKey: ['destinations', 'names'],
    enabled: isAllowed,
    staleTime: LIVE_MS.slow,
    queryFn: ({ signal }) =>
      answer(api.GET('/v1/destinations', { params: { query: { limit: DESTINATIONS_MAX } }, signal })),
  });
  if (!isAllowed) return null;
  const known = data?.items.map(({ id, displayName }) => ({ value: id, label: displayName })) ?? [];
  const isListed = value === '' || known.some((option) => option.value === value);
  return (
    <NativeSelect
      aria-label="Destination"
      value={value}
      onChange={(event) => onChange(event.currentTarget.value)}
      data={[
        { value: '', label: 'All destinations' },
        ...known,
        ...(isListed ? [] : [{ value, label: 'A deleted destination' }]),
      ]}
      maw={240}
    />
  );
}
