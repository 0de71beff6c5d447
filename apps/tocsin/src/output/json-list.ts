import type { Page } from '../remote/pages.ts';
import { encodeJson } from './printable.ts';
import type { Printer } from './printer.ts';

/**
 * Prints pages as one JSON document, `{"items": […], "nextCursor": …}`, while they come: a long list is never held
 * whole. Nothing is printed before the first page is there.
 */
export async function printJsonList<T>(printer: Printer, pages: AsyncIterable<Page<T>>): Promise<void> {
  let separator = '{"items":[';
  let nextCursor: string | null = null;
  for await (const page of pages) {
    if (page.items.length === 0) await printer.write(separator);
    for (const item of page.items) {
      await printer.write(`${separator}${encodeJson(item)}`);
      separator = ',';
    }
    nextCursor = page.nextCursor;
  }
  await printer.write(`],"nextCursor":${encodeJson(nextCursor)}}\n`);
}

/** All items of some pages, and where they would go on. */
export async function collectPages<T>(pages: AsyncIterable<Page<T>>): Promise<Page<T>> {
  const items: T[] = [];
  let nextCursor: string | null = null;
  for await (const page of pages) {
    items.push(...page.items);
    nextCursor = page.nextCursor;
  }
  return { items, nextCursor };
}
