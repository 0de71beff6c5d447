import type { CursorPage } from '../remote/pages.ts';
import { encodePrintableJson } from './printable.ts';
import type { Printer } from './printer.ts';

/**
 * Prints pages as one JSON document, `{"items": […], "nextCursor": …}`, as they arrive: a long list is never held in
 * memory whole. Nothing is printed before the first page has arrived.
 */
export async function printJsonList<T>(printer: Printer, pages: AsyncIterable<CursorPage<T>>): Promise<void> {
  let separator = '{"items":[';
  let nextCursor: string | null = null;
  for await (const page of pages) {
    if (page.items.length === 0) await printer.write(separator);
    for (const item of page.items) {
      await printer.write(`${separator}${encodePrintableJson(item)}`);
      separator = ',';
    }
    nextCursor = page.nextCursor;
  }
  await printer.write(`],"nextCursor":${encodePrintableJson(nextCursor)}}\n`);
}

/** All items of some pages, and the cursor for the next page. */
export async function collectPages<T>(pages: AsyncIterable<CursorPage<T>>): Promise<CursorPage<T>> {
  const items: T[] = [];
  let nextCursor: string | null = null;
  for await (const page of pages) {
    items.push(...page.items);
    nextCursor = page.nextCursor;
  }
  return { items, nextCursor };
}
