import { QueryClient } from '@tanstack/react-query';
import { mayRetry } from '../problem-message.ts';

const RETRIES_MAX = 2;

/** The cache of what is read from the API: how often a failed read is repeated, and how soon data counts as old. */
export function createQueries(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        retry: (failures, error) => failures < RETRIES_MAX && mayRetry(error),
        staleTime: 1_000,
        refetchOnWindowFocus: true,
      },
      mutations: { retry: false },
    },
  });
}
