import type { ApiKeyView } from '@tocsin/contract';
import { formatTime } from './format-time.ts';
import type { Colors } from './printer.ts';
import { renderTable } from './table.ts';

/** API keys as a table; the keys themselves are known to nobody. */
export function keyTable(keys: readonly ApiKeyView[], colors: Colors, width: number): string[] {
  return renderTable({
    columns: [
      { head: 'ID' },
      { head: 'NAME', flexible: true },
      { head: 'SCOPES' },
      { head: 'CREATED' },
      { head: 'REVOKED' },
    ],
    rows: keys.map((key) => [
      key.id,
      key.name,
      key.scopes.join(' '),
      formatTime(key.createdAt),
      key.revokedAt === null ? 'never' : { text: formatTime(key.revokedAt), paint: colors.red },
    ]),
    width,
    paintHead: colors.bold,
  });
}
