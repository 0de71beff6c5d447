import { QueryClient } from '@tanstack/react-query';
import { mayRetry } from '../problem.ts';

const RETRIES_MAX = 2;

/** What is fetched, kept and asked for again. Nothing is asked for while nobody looks at the page. */
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
