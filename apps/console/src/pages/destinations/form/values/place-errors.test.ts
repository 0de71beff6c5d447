import { expect, test } from '@jest/globals';
import { ApiProblem } from '../../../../api/problem-message.ts';
import { placeErrors } from './place-errors.ts';

function problem(code: string, errors: { path: string; message: string }[] = []): ApiProblem {
  return new ApiProblem({ status: 400, code, title: 'No', detail: 'It cannot be.', errors });
}

const values = { logTypes: ['AWS.CloudTrail', 'Okta'], headerRows: [0, 1, 2, 3, 4] };

test('every fault stands at its field, under the form’s own name', () => {
  const { fields, rest } = placeErrors(
    problem('invalid_request', [
      { path: 'url', message: 'nothing may be sent to localhost: a name of this machine' },
      { path: 'headers[2].name', message: 'is given more than once' },
      { path: 'headers[0].value', message: 'must not be empty' },
      { path: 'headers[4]', message: 'is no header' },
      { path: 'headers', message: 'has too many' },
      { path: 'timeoutMs', message: 'must be at most 30000' },
      { path: 'retry.baseDelayMs', message: 'is too small' },
      { path: 'logTypes[1]', message: 'must not hold control characters' },
      { path: 'severities[0]', message: 'is unknown' },
    ]),
    values,
  );
  expect(fields).toEqual({
    url: 'Nothing may be sent to localhost: a name of this machine.',
    'headers.2.name': 'Is given more than once.',
    'headers.0.value': 'Must not be empty.',
    'headers.4.name': 'Is no header.',
    headers: 'Has too many.',
    timeoutSeconds: 'Must be at most 30000.',
    baseDelaySeconds: 'Is too small.',
    logTypes: '“Okta” must not hold control characters.',
    severities: 'Is unknown.',
  });
  expect(rest).toEqual([]);
});

test('what has no field is said in words', () => {
  const { fields, rest } = placeErrors(
    problem('invalid_request', [
      { path: '', message: 'must be an object' },
      { path: 'nonsense', message: 'is not known' },
      { path: 'retry', message: 'is odd' },
    ]),
    values,
  );
  expect(fields).toEqual({});
  expect(rest).toEqual(['Must be an object.', 'nonsense is not known.', 'retry is odd.']);
});

test('a taken name is the name’s fault', () => {
  expect(placeErrors(problem('display_name_taken'), values)).toEqual({
    fields: { displayName: 'It cannot be.' },
    rest: [],
  });
});

test('the first fault of a field is the one shown', () => {
  const errors = ['first', 'second'].map((message) => ({ path: 'url', message }));
  expect(placeErrors(problem('invalid_request', errors), values).fields).toEqual({ url: 'First.' });
});

test('a header’s fault stands at its row, also where rows before it were not sent', () => {
  const { fields } = placeErrors(
    problem('invalid_request', [{ path: 'headers[1].value', message: 'is too long' }]),
    { ...values, headerRows: [0, 3] },
  );
  expect(fields).toEqual({ 'headers.3.value': 'Is too long.' });
});
