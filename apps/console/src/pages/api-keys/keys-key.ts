/** Under which the list of API keys is kept. */
export const KEYS_KEY = ['api-keys'] as const;
