import type { ProblemDocument } from '@tocsin/contract';

const ESCAPES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

function escaped(text: string): string {
  return text.replaceAll(/[&<>"]/g, (character) => ESCAPES[character] ?? character);
}

/** A problem for a person who followed a link: the same words as the problem document has, and a way back. */
export function problemPage({ status, title, detail, errors = [] }: ProblemDocument): string {
  const words = status === 429 || status === 503 ? `${detail} Try again in a moment.` : detail;
  const faults = errors.map(
    ({ path, message }) => `<li><code>${escaped(path)}</code> ${escaped(message)}</li>`,
  );
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<link rel="icon" type="image/svg+xml" href="/tocsin.svg">
<title>${escaped(title)} – Tocsin</title>
</head>
<body>
<main>
<h1>${escaped(title)}</h1>
<p>${escaped(words)}</p>
${faults.length === 0 ? '' : `<ul>${faults.join('')}</ul>`}
<p><a href="/">Go to the console</a></p>
</main>
</body>
</html>
`;
}
