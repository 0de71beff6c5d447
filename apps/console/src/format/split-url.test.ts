import { expect, test } from '@jest/globals';
import { splitUrl } from './split-url.ts';

test.each([
  ['https://hooks.example/services/T0?x=1#y', 'https://hooks.example', '/services/T0?x=1#y'],
  ['HTTP://127.0.0.1:8081', 'HTTP://127.0.0.1:8081', ''],
  ['https://hooks.example?x=https://b.example/', 'https://hooks.example', '?x=https://b.example/'],
  ['nonsense', '', 'nonsense'],
])('%s goes to %j and asks for %j', (url, origin, rest) => expect(splitUrl(url)).toEqual({ origin, rest }));
