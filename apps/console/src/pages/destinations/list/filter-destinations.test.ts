import { expect, test } from '@jest/globals';
import { destinationView, healthView } from '../../../../test/sample-destination.ts';
import { filterDestinations, stateOf } from './filter-destinations.ts';

const pager = destinationView({ displayName: 'Pager', url: 'https://pager.example/in' });
const archive = destinationView({
  displayName: 'Archive',
  url: 'https://store.example/PAGES',
  health: healthView({ state: 'disabled' }),
});
const chat = destinationView({
  displayName: 'Chat',
  url: 'https://chat.example/',
  health: healthView({ state: 'failing' }),
});
const abandoned = destinationView({
  displayName: 'Old chat',
  url: 'https://old.example/',
  health: healthView({ state: 'disabled' }),
});
const resting = destinationView({ displayName: 'Resting', health: healthView({ state: 'paused' }) });
const all = [archive, chat, abandoned, pager, resting];

const names = (text: string, state: Parameters<typeof filterDestinations>[1]['state'] = 'all') =>
  filterDestinations(all, { text, state }).map(({ displayName }) => displayName);

test('a text is looked for in names and ids, in any case, and never in URLs', () => {
  expect(names('page')).toEqual(['Pager']);
  expect(names('store.example')).toEqual([]);
  expect(names(pager.id.toUpperCase())).toContain('Pager');
  expect(names('  CHAT ')).toEqual(['Chat', 'Old chat']);
  expect(names('')).toHaveLength(5);
  expect(names('nothing')).toEqual([]);
});

test('states of health can be told apart', () => {
  expect(names('', 'healthy')).toEqual(['Pager']);
  expect(names('', 'degraded')).toEqual([]);
  expect(names('', 'paused')).toEqual(['Resting']);
  expect(names('', 'disabled')).toEqual(['Archive', 'Old chat']);
  expect(names('', 'failing')).toEqual(['Chat']);
});

test('a URL that names no state means all', () => {
  expect(stateOf('failing')).toBe('failing');
  expect(stateOf('broken')).toBe('all');
  expect(stateOf(null)).toBe('all');
});
