import { describe, expect, test } from '@jest/globals';
import { destinationPatchSchema, MASK } from '@tocsin/contract';
import { sealContext } from '@tocsin/store';
import { DESTINATION_ID, rowOf, SIGNING_SECRET, sealer } from '../test/sample.ts';
import { keepSecrets } from './keep-secrets.ts';

const seal = (name: string, value: string) => ({
  name,
  sealed: sealer.seal(value, sealContext.header(DESTINATION_ID, name)),
});
const row = rowOf({
  headers: [seal('X-Api-Key', 'stored-key'), seal('X-Team', 'soc')],
  signing_secret: sealer.seal(SIGNING_SECRET, sealContext.signingSecret(DESTINATION_ID)),
});
const keep = (patch: object) => keepSecrets(row, destinationPatchSchema.parse(patch), sealer);

describe('a change’s headers', () => {
  test.each([
    ['without a value', [{ name: 'X-Api-Key' }]],
    ['with the mask for a value', [{ name: 'X-Api-Key', value: MASK }]],
  ])('%s keep what is stored', (_, headers) => {
    expect(keep({ headers })).toEqual({
      patch: { headers: [{ name: 'X-Api-Key', value: 'stored-key' }] },
      errors: [],
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
