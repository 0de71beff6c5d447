import { describe, expect, test } from '@jest/globals';
import { destinationPatchSchema, MASK } from '@tocsin/contract';
import { sealContext } from '@tocsin/store';
import { DESTINATION_ID, rowOf, SECRET_URL, SIGNING_SECRET, sealer } from '../test/sample.ts';
import { keepSecrets } from './keep-secrets.ts';

const seal = (name: string, value: string) => ({
  name,
  sealed: sealer.seal(value, sealContext.header(DESTINATION_ID, name)),
});
const row = rowOf({
  headers: [seal('X-Api-Key', 'stored-key'), seal('X-Team', 'soc')],
  signing_secret: sealer.seal(SIGNING_SECRET, sealContext.signingSecret(DESTINATION_ID)),
});
/** Without the parts of the URL that change, which one test is about. */
function keep(patch: object) {
  const { urlParts: _, ...kept } = keepSecrets(row, destinationPatchSchema.parse(patch), sealer);
  return kept;
}

describe('a change’s headers', () => {
  test.each([
    ['without a value', [{ name: 'X-Api-Key' }]],
    ['with the mask for a value', [{ name: 'X-Api-Key', value: MASK }]],
  ])('%s keep what is stored', (_, headers) => {
    expect(keep({ headers })).toEqual({
      patch: { headers: [{ name: 'X-Api-Key', value: 'stored-key' }] },
      errors: [],
      dropped: [],
    });
  });

  test('keep it under another spelling of the name', () => {
    expect(keep({ headers: [{ name: 'x-API-key' }] }).patch.headers).toEqual([
      { name: 'x-API-key', value: 'stored-key' },
    ]);
  });

  test('are the whole new list: what is not named goes, what has a value gets it', () => {
    const headers = [
      { name: 'X-Team', value: 'platform' },
      { name: 'X-New', value: '1' },
    ];
    expect(keep({ headers }).patch.headers).toEqual(headers);
  });

  test('without a value and without a stored one are a fault at their place', () => {
    const { errors } = keep({
      headers: [{ name: 'X-Team' }, { name: 'X-New' }, { name: 'X-Too', value: MASK }],
    });
    expect(errors.map(({ path }) => path)).toEqual(['headers[1].value', 'headers[2].value']);
  });

  test('that are all replaced need no stored value to be readable', () => {
    const lost = rowOf({ headers: [{ name: 'X-Api-Key', sealed: 'lost:AAAA' }] });
    const patch = destinationPatchSchema.parse({ headers: [{ name: 'X-Api-Key', value: 'new' }] });
    expect(keepSecrets(lost, patch, sealer).errors).toEqual([]);
  });
});

test('a stored value whose key is missing is a fault at its place, not an error of ours', () => {
  const lost = rowOf({ headers: [{ name: 'X-Api-Key', sealed: 'lost:AAAA' }] });
  const patch = destinationPatchSchema.parse({ headers: [{ name: 'X-Api-Key' }] });
  expect(keepSecrets(lost, patch, sealer).errors).toEqual([
    { path: 'headers[0].value', message: expect.stringContaining('cannot be opened') },
  ]);
});

describe('a change’s signing secret', () => {
  test.each([
    ['left out', {}, false],
    ['given as the mask', { signingSecret: MASK }, false],
    ['null', { signingSecret: null }, true],
    ['given', { signingSecret: SIGNING_SECRET }, true],
  ])('%s: whether it is changed', (_, patch, isChanged) => {
    expect('signingSecret' in keep(patch).patch).toBe(isChanged);
  });
});

describe('a change’s URL', () => {
  const { origin, pathname, search } = new URL(SECRET_URL);

  test.each([
    ['is the same', SECRET_URL],
    [
      'is the same in other letters',
      SECRET_URL.replace('https://hooks.example.com', 'HTTPS://HOOKS.example.COM:443'),
    ],
    ['has the same path by way of another', SECRET_URL.replace(pathname, `/x/..${pathname}`)],
    ['has another query', `${origin}${pathname}?token=other`],
    ['has no query', `${origin}${pathname}`],
    ['has a fragment, which is never sent', `${SECRET_URL}#x`],
  ])('that %s keeps what is stored', (_, url) => {
    expect(keep({ url, headers: [{ name: 'X-Api-Key' }] })).toEqual({
      patch: { url, headers: [{ name: 'X-Api-Key', value: 'stored-key' }] },
      errors: [],
      dropped: [],
    });
    expect(keep({ url }).patch).toEqual({ url });
  });

  test.each([
    ['is left out', {}, []],
    ['is the same', { url: SECRET_URL }, []],
    ['has another path', { url: `${origin}${pathname}/more${search}` }, ['path']],
    ['has another query', { url: `${origin}${pathname}?token=other` }, ['query']],
    [
      'is the same in other letters',
      { url: SECRET_URL.replace('https://hooks.example.com', 'HTTPS://HOOKS.example.COM:443/.') },
      [],
    ],
    ['is no URL', { url: 'no URL' }, []],
    ['has another host alone', { url: SECRET_URL.replace('hooks.', 'other.') }, []],
  ])('that %s is said by its parts that become others', (_, change, parts) => {
    expect(keepSecrets(row, destinationPatchSchema.parse(change), sealer).urlParts).toEqual(parts);
  });

  const OTHERS = [
    ['scheme', SECRET_URL.replace('https', 'http')],
    ['host', SECRET_URL.replace('hooks.', 'other.')],
    ['host, but for a trailing dot', SECRET_URL.replace('.com', '.com.')],
    ['port', SECRET_URL.replace('.com', '.com:8443')],
    ['path', `${origin}${pathname}/more${search}`],
    ['path, but for its letters’ case', `${origin}${pathname.toUpperCase()}${search}`],
    ['path, but for a slash at its end', `${origin}${pathname}/${search}`],
    ['path, but for how it is encoded', `${origin}${pathname.replace('T', '%54')}${search}`],
  ];

  test.each(OTHERS)('with another %s drops what it does not give again', (_, url) => {
    expect(keep({ url })).toEqual({
      patch: { url, headers: [], signingSecret: null },
      errors: [],
      dropped: ['headers.X-Api-Key', 'headers.X-Team', 'signingSecret'],
    });
  });

  test.each(OTHERS)('with another %s cannot keep a value', (_, url) => {
    const change = {
      url,
      headers: [{ name: 'X-Api-Key' }, { name: 'X-Team', value: MASK }],
      signingSecret: MASK,
    };
    const { patch, errors } = keep(change);
    expect(errors.map(({ path }) => path)).toEqual(['headers[0].value', 'headers[1].value', 'signingSecret']);
    expect(JSON.stringify(patch)).not.toMatch(/stored-key|soc|whsec_/);
  });

  test('that is another one comes with what is given again', () => {
    const headers = [{ name: 'X-Api-Key', value: 'new' }];
    const url = 'https://other.example.com/';
    expect(keep({ url, headers, signingSecret: SIGNING_SECRET })).toEqual({
      patch: { url, headers, signingSecret: SIGNING_SECRET },
      errors: [],
      dropped: [],
    });
  });

  test('counts as another one where the stored one cannot be opened', () => {
    const lost = rowOf({ ...row, sealed_url: 'lost:AAAA' });
    const { dropped } = keepSecrets(lost, destinationPatchSchema.parse({ url: SECRET_URL }), sealer);
    expect(dropped).toEqual(['headers.X-Api-Key', 'headers.X-Team', 'signingSecret']);
  });

  test('that is another one ends secrets of earlier rotations too', () => {
    const rotated = rowOf({ previous_signing_secrets: [{ sealed: 'k:x', until: '2099-01-01T00:00:00Z' }] });
    const url = 'https://other.example.com/';
    expect(keepSecrets(rotated, { url }, sealer)).toMatchObject({
      patch: { signingSecret: null },
      dropped: ['signingSecret'],
    });
  });
});

test('where nothing is stored, a header has its value in the request', () => {
  const change = { url: SECRET_URL, headers: [{ name: 'X-Api-Key' }], signingSecret: MASK };
  expect(keepSecrets(null, change, sealer).errors.map(({ path }) => path)).toEqual([
    'headers[0].value',
    'signingSecret',
  ]);
});
