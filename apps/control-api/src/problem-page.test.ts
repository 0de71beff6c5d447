import { expect, test } from '@jest/globals';
import { ProblemError, problemDocument } from '@tocsin/contract';
import { problemPage } from './problem-page.ts';

test('a problem is a page with its words and faults, none of them markup', () => {
  const problem = new ProblemError('invalid_request', {
    detail: 'The query <script> is invalid.',
    errors: [{ path: 'a"b', message: 'is <b>bold</b> & wrong' }],
  });
  const page = problemPage(problemDocument(problem));
  expect(page).toContain('<h1>The request is invalid</h1>');
  // Else browsers ask for one that is not there, and report that.
  expect(page).toContain('<link rel="icon"');
  expect(page).toContain('<p>The query &lt;script&gt; is invalid.</p>');
  expect(page).toContain('<li><code>a&quot;b</code> is &lt;b&gt;bold&lt;/b&gt; &amp; wrong</li>');
});

test.each(['unavailable', 'rate_limited'] as const)('%s is said to pass', (code) => {
  const page = problemPage(problemDocument(new ProblemError(code, { detail: 'It is unavailable.' })));
  expect(page).toContain('<p>It is unavailable. Try again in a moment.</p>');
});
