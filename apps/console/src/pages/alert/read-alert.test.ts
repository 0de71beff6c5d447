import { expect, test } from '@jest/globals';
import { readAlert } from './read-alert.ts';

test('the context is as its producer wrote it', () => {
  const context = '{ "n":18446744073709551615, "r":1e999,"a":1,"a":2,"s":"東京\\u0000" }';
  const alert = readAlert(`{"title":"alertContext","routing":{"alertContext":{}},"alertContext":${context}}`);
  expect(alert).toEqual({ title: 'alertContext', routing: { alertContext: {} }, contextText: context });
});

test('an alert without one has none', () => {
  expect(readAlert('{"title":"x"}')).toEqual({ title: 'x', contextText: null });
});
