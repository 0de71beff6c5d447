/**
 * An error's message, without its stack. An error that holds several (Node tries every address of a name) gives all
 * their messages; one without a message gives its code or name.
 */
export function errorText(error: unknown): string {
  if (!isErrorLike(error)) return String(error);
  if (error.message !== '') return error.message;
  const inner = Array.isArray(error.errors) ? error.errors.map(errorText) : [];
  if (inner.length > 0) return [...new Set(inner)].join('; ');
  return error.code ?? error.name;
}

/** By shape and not by class: classes differ between realms, such as a test runner's. */
function isErrorLike(
  error: unknown,
): error is { name: string; message: string; code?: string; errors?: unknown } {
  return typeof error === 'object' && error !== null && 'name' in error && 'message' in error;
}
