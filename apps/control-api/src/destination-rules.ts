import { type FieldError, type HeaderField, MASK, ProblemError } from '@tocsin/contract';
import { checkDestinationUrl, type EgressPolicy } from '@tocsin/egress';
import { isStorableText } from '@tocsin/store';
import { checkHeaders } from '@tocsin/webhook';

/** The settings of a destination that the schema alone cannot judge. */
export interface CheckedSettings {
  displayName?: string | undefined;
  url?: string | undefined;
  headers?: readonly HeaderField[] | undefined;
  logTypes?: readonly string[] | undefined;
}

/** As many as a schema's own faults. */
const ERRORS_MAX = 20;
const UNSTORABLE = 'must not contain U+0000 or half of a surrogate pair';

function urlErrors(url: string | undefined, policy: EgressPolicy): FieldError[] {
  if (url === undefined) return [];
  const check = checkDestinationUrl(url, policy);
  return check.ok ? [] : [{ path: 'url', message: check.message }];
}

/** The mask is no value: copied out of an answer, it would be sent to the receiver as a password. */
function maskErrors(headers: readonly HeaderField[]): FieldError[] {
  return headers.flatMap(({ value }, index) =>
    value === MASK
      ? [{ path: `headers[${index}].value`, message: 'is the mask that stands for a value; give the value' }]
      : [],
  );
}

/**
 * Checks what is given of a destination, by the egress policy (URL), the header rules and what Postgres can keep.
 *
 * @returns every fault, at the place of the request where it is
 */
export function findDestinationFaults(settings: CheckedSettings, policy: EgressPolicy): FieldError[] {
  const { displayName, url, headers = [], logTypes = [] } = settings;
  return [
    ...(displayName === undefined || isStorableText(displayName)
      ? []
      : [{ path: 'displayName', message: UNSTORABLE }]),
    ...urlErrors(url, policy),
    ...checkHeaders(headers),
    ...maskErrors(headers),
    ...logTypes.flatMap((logType, index) =>
      isStorableText(logType) ? [] : [{ path: `logTypes[${index}]`, message: UNSTORABLE }],
    ),
  ];
}

/**
 * @param known faults that were found before
 * @throws ProblemError `invalid_request` with every fault, where there is any
 */
export function refuseInvalidDestination(
  settings: CheckedSettings,
  policy: EgressPolicy,
  known: readonly FieldError[] = [],
): void {
  const errors = [...known, ...findDestinationFaults(settings, policy)];
  if (errors.length > 0)
    throw new ProblemError('invalid_request', {
      detail: 'The destination is invalid.',
      errors: errors.slice(0, ERRORS_MAX),
    });
}
