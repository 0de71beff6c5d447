/** What the process's exit code says; printed at the end of `tocsin --help`. */
export const EXIT = {
  /** Everything was done. */
  ok: 0,
  /** Wrong usage, no connection, or the server refused. */
  failed: 1,
  /** It ran, and the result is partly or wholly negative: alerts rejected, a test that failed, a resend refused, skipped, failed again or cancelled. */
  negative: 2,
  /** Ended by Ctrl-C or SIGTERM before it was done. */
  interrupted: 130,
} as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

export const EXIT_CODES_HELP = `
Exit codes:
  0    all of it was done
  1    wrong usage, no connection, or the server refused
  2    it ran, but not all went well: alerts were rejected, a test failed, a resend was refused, skipped,
       cancelled, or failed again
  130  interrupted`;
