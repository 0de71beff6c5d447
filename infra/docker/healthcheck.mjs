// Whether the service in this container is alive: exit code 0 or 1. Run by HEALTHCHECK; the image has no curl.
const { PORT = '8080' } = process.env;
// Below the 5 s that HEALTHCHECK gives it, Node's own start included.
const TIMEOUT_MS = 3_000;

try {
  const response = await fetch(`http://127.0.0.1:${PORT}/healthz`, {
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  process.exitCode = response.ok ? 0 : 1;
  await response.body?.cancel();
} catch {
  process.exitCode = 1;
}
