import { expect, test } from '@jest/globals';
import { ProblemError } from '@tocsin/contract';
import { createBodyRoom } from './body-room.ts';

const OVERLOADED = expect.objectContaining({ code: 'overloaded' });

test('one caller gets a quarter of the room, whatever the number of requests', () => {
  const room = createBodyRoom(1_000);
  const first = room.open('a');
  const second = room.open('a');
  first.take(200);
  second.take(50);
  expect(() => second.take(1)).toThrow(OVERLOADED);
  room.open('b').take(250);
  first.close();
  second.take(200);
  expect(room.taken()).toBe(500);
});

test('all together get the whole of it', () => {
  const room = createBodyRoom(1_000);
  const shares = ['a', 'b', 'c', 'd'].map((caller) => room.open(caller));
  for (const share of shares) share.take(250);
  expect(() => room.open('e').take(1)).toThrow(ProblemError);
  shares[0]?.close();
  shares[0]?.close();
  room.open('e').take(250);
  expect(room.taken()).toBe(1_000);
});

test('a share that was given back takes nothing more', () => {
  const room = createBodyRoom(1_000);
  const share = room.open('a');
  share.close();
  expect(() => share.take(1)).toThrow(OVERLOADED);
  expect(room.taken()).toBe(0);
});

test('what is held is there when it is taken, and nothing is held where there is not so much', () => {
  const room = createBodyRoom(1_000);
  const first = room.open('a');
  first.hold(200);
  expect(() => room.open('a').hold(51)).toThrow(OVERLOADED);
  expect(room.taken()).toBe(200);
  const second = room.open('a');
  second.take(50);
  first.take(150);
  first.take(50);
  expect(room.taken()).toBe(250);
  expect(() => first.take(1)).toThrow(OVERLOADED);
  second.close();
  first.take(50);
  first.close();
  expect(room.taken()).toBe(0);
});
