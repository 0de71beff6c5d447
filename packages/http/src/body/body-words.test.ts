import { expect, test } from '@jest/globals';
import { scanInSlices, startOfJson } from './json-body.ts';

async function wordsOf(body: string | Buffer): Promise<string> {
  const bytes = Buffer.from(body as string);
  try {
    await scanInSlices(bytes, { depthMax: 64, start: startOfJson(bytes) });
    return '';
  } catch (error) {
    return (error as { detail: string }).detail;
  }
}

test.each<[string, string | Buffer, string]>([
  ['nothing', '', 'The body is empty; JSON is expected.'],
  ['white space', ' \r\n\t ', 'The body is empty; JSON is expected.'],
  ['a byte order mark alone', '\ufeff', 'The body is empty; JSON is expected.'],
  [
    'gzip',
    Buffer.from([0x1f, 0x8b, 8, 0]),
    'The body is not valid UTF-8. It looks like gzip: send it with `Content-Encoding: gzip`.',
  ],
  [
    'zstd',
    Buffer.from([0x28, 0xb5, 0x2f, 0xfd]),
    'The body is not valid UTF-8. It looks like zstd: send it as it is, or as gzip.',
  ],
  [
    'zip',
    Buffer.from('504b030414000000080000ff', 'hex'),
    'The body is not valid UTF-8. It looks like zip: send it as it is, or as gzip.',
  ],
  [
    'UTF-16 with a mark',
    Buffer.from('\ufeff{"a":1}', 'utf16le'),
    'The body is not valid UTF-8. It looks like UTF-16: send it as UTF-8.',
  ],
  [
    'UTF-16, big end first',
    Buffer.from('\ufeff{"a":1}', 'utf16le').swap16(),
    'The body is not valid UTF-8. It looks like UTF-16: send it as UTF-8.',
  ],
  [
    'UTF-16 without a mark',
    Buffer.from('{"a":1}', 'utf16le'),
    'The body is not valid JSON, at byte 1. It looks like UTF-16: send it as UTF-8.',
  ],
  [
    'the same, big end first',
    Buffer.from('{"a":1}', 'utf16le').swap16(),
    'The body is not valid JSON, at byte 0. It looks like UTF-16: send it as UTF-8.',
  ],
  ['Latin-1', Buffer.from('{"a":"é"}', 'latin1'), 'The body is not valid UTF-8. Send it as UTF-8.'],
  [
    'a form',
    'id=x&severity=HIGH',
    'The body is not valid JSON, at byte 0. It looks like the data of a form: send JSON.',
  ],
  [
    'multipart',
    '--b\r\nContent-Disposition: form-data\r\n',
    'The body is not valid JSON, at byte 1. It looks like multipart data: send the JSON alone.',
  ],
  ['XML', '<alert/>', 'The body is not valid JSON, at byte 0. It looks like XML or HTML.'],
  [
    'NDJSON',
    '{"a":1}\n{"a":2}\n',
    'The body is not valid JSON, at byte 8. It looks like NDJSON, which `POST /v1/alerts` alone takes, with `Content-Type: application/x-ndjson`.',
  ],
  [
    'NDJSON with blank lines',
    '\n{"a":1}\r\n\r\n{"a":2}',
    'The body is not valid JSON, at byte 12. It looks like NDJSON, which `POST /v1/alerts` alone takes, with `Content-Type: application/x-ndjson`.',
  ],
  [
    'two objects',
    '{"a":1} {"a":2}',
    'The body is not valid JSON, at byte 8. A comma is missing, or there is more than one value.',
  ],
  [
    'single quotes',
    "{'a':1}",
    'The body is not valid JSON, at byte 1. Keys and strings stand in double quotes, not in single ones.',
  ],
  [
    'single quotes later',
    `{"a":'b'}`,
    'The body is not valid JSON, at byte 5. Keys and strings stand in double quotes, not in single ones.',
  ],
  [
    'typographic quotes',
    '{“a”:1}',
    'The body is not valid JSON, at byte 1. Keys and strings stand in straight double quotes, not in typographic ones.',
  ],
  [
    'a trailing comma',
    '{"a":1,}',
    'The body is not valid JSON, at byte 7. No comma stands before a closing bracket.',
  ],
  [
    'a trailing comma in a list',
    '[1,\n]',
    'The body is not valid JSON, at byte 4. No comma stands before a closing bracket.',
  ],
  ['two commas', '[1,,2]', 'The body is not valid JSON, at byte 3. There is a comma too many.'],
  [
    'a missing comma',
    '[{"a":1}\n{"a":2}]',
    'The body is not valid JSON, at byte 9. A comma is missing, or there is more than one value.',
  ],
  ['a comment', '{"a":1} // x', 'The body is not valid JSON, at byte 8. JSON has no comments.'],
  [
    'a second byte order mark',
    '\ufeff\ufeff{}',
    'The body is not valid JSON, at byte 3. There is a byte order mark in it.',
  ],
  [
    'a line break in a string',
    '{"a":"b\nc"}',
    'The body is not valid JSON, at byte 7. Line breaks and tabs in a string are written as \\n, \\r and \\t.',
  ],
  [
    'a control character',
    '{"a":"\u0001"}',
    'The body is not valid JSON, at byte 6. Control characters in a string are written as \\u0001 and so on.',
  ],
  [
    'a backslash',
    '{"a":"C:\\x"}',
    'The body is not valid JSON, at byte 8. A backslash in a string is written as \\\\.',
  ],
  [
    'words of Python',
    '{"a":True}',
    'The body is not valid JSON, at byte 5. JSON has true, false and null, and no other such words.',
  ],
  [
    'NaN',
    '{"a":NaN}',
    'The body is not valid JSON, at byte 5. JSON has true, false and null, and no other such words.',
  ],
  [
    'a key without quotes',
    '{a:1}',
    'The body is not valid JSON, at byte 1. Keys and strings stand in double quotes.',
  ],
  [
    'a string without quotes',
    '{"a":hunter2}',
    'The body is not valid JSON, at byte 5. Strings stand in double quotes.',
  ],
  ['half of it', '{"a":[1,', 'The body is not valid JSON, at byte 8. It ends before its JSON does.'],
  ['half of a string', '{"a":"b', 'The body is not valid JSON, at byte 7. It ends before its JSON does.'],
  ['what there is nothing to say of', '{"a" 1}', 'The body is not valid JSON, at byte 5.'],
  ['JSON', '{"a":1}', ''],
  ['JSON behind a byte order mark', '\ufeff{"a":1}', ''],
])('%s', async (_, body, expected) => expect(await wordsOf(body)).toBe(expected));
