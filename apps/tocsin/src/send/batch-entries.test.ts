import { describe, expect, test } from '@jest/globals';
import type { InputEntry } from './alert-entry.ts';
import { type Batch, batchEntries } from './batch-entries.ts';

function alert(item: number, bytes = 9): InputEntry {
  return {
    kind: 'alert',
    item,
    line: item,
    endOffset: item * 10,
    text: '',
    bytes,
    alertId: null,
    assigned: false,
  };
}

function rejected(item: number): InputEntry {
  const rejection = { item, line: item, alertId: null, code: 'invalid_alert', message: '', errors: [] };
  return { kind: 'rejected', item, endOffset: item * 10, rejection };
}

async function batches(entries: InputEntry[], limits = { alertsMax: 3, bytesMax: 100 }): Promise<Batch[]> {
  async function* source() {
    yield* entries;
  }
  const all: Batch[] = [];
  for await (const batch of batchEntries(source(), limits)) all.push(batch);
  return all;
}

describe('batches', () => {
  test('hold at most so many alerts, in order', async () => {
    const found = await batches([1, 2, 3, 4].map((item) => alert(item)));
    expect(found.map((batch) => batch.alerts.map(({ item }) => item))).toEqual([[1, 2, 3], [4]]);
    expect(found.map(({ lastItem, endOffset }) => [lastItem, endOffset])).toEqual([
      [3, 30],
      [4, 40],
    ]);
  });

  test('hold at most so many bytes, line ends included', async () => {
    const limits = { alertsMax: 100, bytesMax: 20 };
    const found = await batches([alert(1, 9), alert(2, 9), alert(3, 10), alert(4, 9)], limits);
    expect(found.map((batch) => batch.alerts.length)).toEqual([2, 1, 1]);
  });

  test('let an alert that is too large alone go alone', async () => {
    const found = await batches([alert(1), alert(2, 500), alert(3)]);
    expect(found.map((batch) => batch.alerts.map(({ item }) => item))).toEqual([[1], [2], [3]]);
  });

  test('carry rejections along, and end with them', async () => {
    const found = await batches([rejected(1), alert(2), rejected(3)]);
    expect(found).toHaveLength(1);
    expect(found[0]).toMatchObject({ lastItem: 3, rejections: [{ item: 1 }, { item: 3 }] });
  });

  test('are none of nothing', async () => expect(await batches([])).toEqual([]));
});
