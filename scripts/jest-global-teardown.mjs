/** Stops what the setup started; one failure doesn't keep the others running. */
export default async function teardown() {
  const closings = await Promise.allSettled((globalThis.tocsinTestServers ?? []).map((close) => close()));
  for (const { status, reason } of closings) {
    if (status === 'rejected') process.stderr.write(`A server for tests could not be stopped: ${reason}\n`);
  }
}
