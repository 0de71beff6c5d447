/**
 * How long a test waits for an expected event, in milliseconds. Only a failing test waits this long; it allows for a
 * machine so busy that everything takes a hundred times as long.
 */
export const PATIENCE_MS = 120_000;
