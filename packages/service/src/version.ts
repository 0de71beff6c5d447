import { createRequire } from 'node:module';

/** @returns Tocsin's version, as the log, the OpenAPI document and the `User-Agent` of deliveries name it. */
export function tocsinVersion(): string {
  const { version } = createRequire(import.meta.url)('../package.json') as { version: string };
  return version;
}
