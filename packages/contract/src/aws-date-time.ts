const DATE =
  '(?:[0-9]{4}-(?:(?:0[13578]|1[02])-(?:0[1-9]|[12][0-9]|3[01])|(?:0[469]|11)-(?:0[1-9]|[12][0-9]|30)|02-(?:0[1-9]|1[0-9]|2[0-8]))' +
  '|(?:[0-9]{2}(?:[2468][048]|[13579][26]|0[48])|(?:[02468][048]|[13579][26])00)-02-29)';
const MINUTES = '(?:[01][0-9]|2[0-3]):[0-5][0-9]';
const SECONDS = ':[0-5][0-9]';

/**
 * An AWSDateTime: extended ISO 8601 with a compulsory offset, optional seconds, and a fraction of one to nine digits
 * only where there are seconds. The date and time must exist (no 30 February, no 25:00). It is a pattern and not code,
 * so that the OpenAPI document can say all of it.
 * Source: AWS AppSync scalar `AWSDateTime`.
 */
export const AWS_DATE_TIME = new RegExp(
  `^${DATE}T${MINUTES}(?:${SECONDS}(?:\\.[0-9]{1,9})?)?(?:Z|[+-]${MINUTES}(?:${SECONDS})?)$`,
);

/** Whether a text is an AWSDateTime. */
export function isAwsDateTime(text: string): boolean {
  return AWS_DATE_TIME.test(text);
}
