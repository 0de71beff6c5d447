import { expect, test } from '@jest/globals';
import { trimBoardPage } from './trim-board-page.ts';

test('nothing of another origin and no style stays in the page; its own files and texts do', () => {
  const page = `<head>
    <base href="/queues/" />
    <link rel="icon" type="image/svg+xml" href="static/images/logo.svg">
    <link href="https://fonts.example/css2?family=A:wght@400&display=swap" rel="stylesheet">
<link href="static/css/main.css" rel="stylesheet"></head>
<div style="display:flex;font-family:'A',sans-serif;"><span style="width:1rem">Loading</span></div>
  <style>@keyframes a{0%{opacity:.2}}</style>
<script defer src="static/js/main.js"></script>`;
  expect(trimBoardPage(page)).toBe(`<head>
    <base href="/queues/" />
    <link rel="icon" type="image/svg+xml" href="static/images/logo.svg">
<link href="static/css/main.css" rel="stylesheet"></head>
<div><span>Loading</span></div>
<script defer src="static/js/main.js"></script>`);
});
