/** The user asked for something that cannot be done as asked; the message is a sentence for them. */
export class UsageError extends Error {
  constructor(message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = 'UsageError';
  }
}
