import { formatCount } from './format-time.ts';

/** `1 retry`, `1,234 retries`. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${formatCount(count)} ${count === 1 ? one : many}`;
}
