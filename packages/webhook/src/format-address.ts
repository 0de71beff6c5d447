import { isIPv6 } from 'node:net';

/** @returns `ip:port`, an IPv6 address in brackets */
export function formatAddress(ip: string, port: number): string {
  return `${isIPv6(ip) ? `[${ip}]` : ip}:${port}`;
}
