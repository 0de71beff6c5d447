import type { AlertType, Severity } from '@tocsin/contract';

/** What routing needs to know of a destination. */
export interface RoutableDestination {
  readonly id: string;
  readonly displayName: string;
  readonly severities: readonly Severity[];
  readonly alertTypes: readonly AlertType[];
  /** Empty: every alert matches. */
  readonly logTypes: readonly string[];
  /** Refuse alerts without log types; says nothing where `logTypes` is empty. */
  readonly requireLogType: boolean;
  readonly enabled: boolean;
}
