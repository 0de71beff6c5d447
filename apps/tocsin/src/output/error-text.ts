/**
 * What an error says, without its stack. One that stands for several (Node tries every address of a name) says what each
 * of them says; one without a message is shown by its code or name.
 */
export function errorText(error: unknown): string {
  if (!isErrorLike(error)) return String(error);
  if (error.message !== '') return error.message;
  const inner = Array.isArray(error.errors) ? error.errors.map(errorText) : [];
  if (inner.length > 0) return [...new Set(inner)].join('; ');
  return error.code ?? error.name;
}

/** By shape and not by class: classes differ between realms, a test runner's being one. */
function isErrorLike(
  error: unknown,
): error is { name: string; message: string; code?: string; errors?: unknown } {
  return typeof error === 'object' && error !== null && 'name' in error && 'message' in error;
}
