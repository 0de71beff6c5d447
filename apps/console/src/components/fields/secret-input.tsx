import { PasswordInput, type PasswordInputProps } from '@mantine/core';

export interface SecretInputProps extends PasswordInputProps {
  /** Names it to those who hear the page: `the signing secret`. */
  what: string;
}

/** A secret that is entered anew: hidden, and shown on demand. Browsers do not offer to fill or to keep it. */
export function SecretInput({ what, ...props }: SecretInputProps) {
  return (
    <PasswordInput
      autoComplete="new-password"
      spellCheck={false}
      // Mantine marks every input that has an error, except this one.
      aria-invalid={props.error ? true : undefined}
      visibilityToggleFocusable
      visibilityToggleButtonProps={{ 'aria-label': `Show or hide ${what}` }}
      {...props}
    />
  );
}
