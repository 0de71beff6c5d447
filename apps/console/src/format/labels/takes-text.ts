import {
  ALERT_TYPE_LABELS,
  ALERT_TYPES,
  type AlertType,
  inOrder,
  SEVERITIES,
  type Severity,
} from './value-labels.ts';

/** What a destination takes, in short words. */
export interface Takes {
  severities: string;
  alertTypes: string;
  logTypes: string;
}

const LISTED_MAX = 2;

interface Filters {
  severities: readonly Severity[];
  alertTypes: readonly AlertType[];
  logTypes: readonly string[];
  requireLogType: boolean;
}

export function takesText({ severities, alertTypes, logTypes, requireLogType }: Filters): Takes {
  return {
    severities: severitiesText(inOrder(SEVERITIES, severities)),
    alertTypes: alertTypesText(inOrder(ALERT_TYPES, alertTypes)),
    logTypes: logTypesText(logTypes, requireLogType),
  };
}

function severitiesText(severities: readonly Severity[]): string {
  if (severities.length === 0) return 'Only alerts that name it';
  if (severities.length === SEVERITIES.length) return 'All severities';
  if (severities.length === 1) return `${severities[0]} only`;
  const reachesUp = severities.every((severity, index) => severity === SEVERITIES[index]);
  return reachesUp ? `${severities.at(-1)} and up` : severities.join(', ');
}

function alertTypesText(types: readonly AlertType[]): string {
  if (types.length === ALERT_TYPES.length) return 'all types';
  if (types.length <= LISTED_MAX)
    return types.map((type) => ALERT_TYPE_LABELS[type].toLowerCase()).join(', ');
  return `${types.length} of ${ALERT_TYPES.length} types`;
}

function logTypesText(logTypes: readonly string[], isRequired: boolean): string {
  if (logTypes.length === 0) return 'any log type';
  const shown = logTypes.slice(0, LISTED_MAX).join(', ');
  const more = logTypes.length > LISTED_MAX ? ` and ${logTypes.length - LISTED_MAX} more` : '';
  return `${shown}${more}${isRequired ? '' : ', or no log type'}`;
}
