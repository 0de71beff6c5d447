import { useMutation } from '@tanstack/react-query';
import { useApi } from '../../api/api-context.tsx';
import { type Schemas, unwrap } from '../../api/client.ts';

/** Sends the test alert to a saved destination, and waits for what comes of it. */
export function useTestAlert(id: string) {
  const api = useApi();
  return useMutation({
    mutationFn: () => unwrap(api.POST('/v1/destinations/{id}/test', { params: { path: { id } } })),
  });
}

/** Sends the test alert to a destination that is not saved. */
export function useTestOfDraft() {
  const api = useApi();
  return useMutation({
    mutationFn: ({ displayName, ...draft }: Schemas['DestinationInput']) =>
      unwrap(
        api.POST('/v1/destinations/test', {
          body: displayName === '' ? draft : { ...draft, displayName },
        }),
      ),
  });
}
