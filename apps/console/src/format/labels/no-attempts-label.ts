/** For a destination without a share of attempts that succeeded: there may have been some that are too old to count. */
export function noAttemptsLabel(health: {
  lastSuccessAt: string | null;
  lastFailureAt: string | null;
}): string {
  return health.lastSuccessAt === null && health.lastFailureAt === null
    ? 'no attempt yet'
    : 'no attempts of late';
}
