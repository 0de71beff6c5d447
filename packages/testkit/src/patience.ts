/**
 * How long a test waits for what must come, in milliseconds. A test that passes waits no longer than it has to, so this is
 * for the machine that is so busy that everything takes a hundred times as long; only a failure takes all of it.
 */
export const PATIENCE_MS = 60_000;
