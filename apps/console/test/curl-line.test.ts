import { execFileSync } from 'node:child_process';
import { describe, expect, test } from '@jest/globals';
import { curlLine } from '../src/pages/alert/payload/curl-line.ts';

type Alert = Parameters<typeof curlLine>[0];
type Target = Parameters<typeof curlLine>[1];

const ID = '0197c5a4-0000-4000-8000-000000000001';
const alert = {
  contextText: '{ "user":"root","n":18446744073709551615}',
  alertId: 'a-1',
  createdAt: '2026-07-01T07:57:12Z',
  description: 'one\ntwo',
  id: 'A',
  link: 'https://tocsin.example/alerts/a-1',
  name: null,
  runbook: '',
  severity: 'HIGH',
  tags: [],
  title: 'It’s Zürich’s 東京 \'$(id)\' `id` "x" \\ ! 🚨',
  type: 'RULE',
  version: null,
} as unknown as Alert;
const target: Target = {
  url: "https://hooks.example/a?b='c'&d=$e",
  headers: [{ name: 'X-Api-Key', value: '********' }],
  includeContext: false,
};

/** What curl would be called with after the shell has read the line, and what it would read. */
function argumentsOf(line: string): string[] {
  const script = `curl() { printf '%s\\0' "$@"; case "$*" in *@-) cat ;; esac; }\n${line}\n`;
  // By standard input: the script as an argument would have the very limit that the line goes around.
  return execFileSync('/bin/sh', ['-s'], { encoding: 'utf8', input: script }).split('\0');
}

describe('the curl line', () => {
  test('posts to the destination what its attempts post', () => {
    const [sS, i, X, post, url, ...rest] = argumentsOf(curlLine(alert, target, ID));
    expect([sS, i, X, post, url]).toEqual(['-sS', '-i', '-X', 'POST', target.url]);
    const headers = rest.slice(0, -3).filter((word) => word !== '-H');
    expect(headers.toSpliced(3, 1)).toEqual([
      'Content-Type: application/json',
      'Accept: application/json',
      `webhook-id: ${ID}`,
      'X-Api-Key: ********',
    ]);
    expect(headers[3]).toMatch(/^webhook-timestamp: \d{10}$/);
    const [dataRaw, body = ''] = rest.slice(-3);
    expect(dataRaw).toBe('--data-raw');
    expect(Object.keys(JSON.parse(body))).toEqual([
      'id',
      'createdAt',
      'severity',
      'type',
      'link',
      'title',
      'name',
      'alertId',
      'description',
      'runbook',
      'tags',
      'version',
    ]);
    expect(JSON.parse(body)).toMatchObject({ title: alert.title, description: alert.description });
  });

  test('adds the context where the destination asks for it', () => {
    const words = argumentsOf(curlLine(alert, { ...target, includeContext: true }, ID));
    expect(words.at(-2)).toContain(',"alertContext":{ "user":"root","n":18446744073709551615}}');
    const empty = argumentsOf(
      curlLine({ ...alert, contextText: null }, { ...target, includeContext: true }, ID),
    );
    expect(JSON.parse(empty.at(-2) ?? '').alertContext).toEqual({});
  });

  test('leaves a header of Tocsin’s to the destination where that sets it', () => {
    const line = curlLine(alert, { ...target, headers: [{ name: 'content-type', value: '********' }] }, ID);
    expect(line).not.toContain('Content-Type: application/json');
    expect(line).toContain("-H 'content-type: ********'");
  });

  test('tells curl to take brackets in a URL as they are', () => {
    const url = 'http://[2001:db8::1]/{x}';
    expect(argumentsOf(curlLine(alert, { ...target, url }, ID))).toContain('--globoff');
  });

  test('gives a body that is too long for an argument by standard input', () => {
    const long = { ...alert, description: "'x".repeat(70 * 1024) };
    const words = argumentsOf(curlLine(long, target, ID));
    expect(words.at(-2)).toBe('@-');
    expect(JSON.parse(words.at(-1) ?? '').description).toBe(long.description);
  });
});
