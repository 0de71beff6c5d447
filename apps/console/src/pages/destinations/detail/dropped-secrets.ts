import type { Destination } from '../../../api/client.ts';

type Secrets = Pick<Destination, 'headers' | 'signingSecret'>;

/** The secrets that a change removed: `Dropped: the header X-Api-Key, the signing secret.`; empty if none. */
export function droppedSecretsLabel(before: Secrets, after: Secrets): string {
  const kept = new Set(after.headers.map(({ name }) => name.toLowerCase()));
  const headers = before.headers.filter(({ name }) => !kept.has(name.toLowerCase()));
  const gone = [
    ...headers.map(({ name }) => `the header ${name}`),
    ...(before.signingSecret !== null && after.signingSecret === null ? ['the signing secret'] : []),
  ];
  return gone.length === 0 ? '' : `Dropped: ${gone.join(', ')}.`;
}
