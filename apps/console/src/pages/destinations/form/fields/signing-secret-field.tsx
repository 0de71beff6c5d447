import { Button, Group, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import { SecretInput } from '../../../../components/fields/secret-input.tsx';
import { CodeBlock } from '../../../../components/text/code-block.tsx';
import type { DestinationForm } from '../use-destination-form.ts';
import { createSigningSecret } from '../values/signing-secret.ts';

/** A secret that signs what is sent: one's own, or made in this browser and shown to be copied. */
export function SigningSecretField({ form }: { form: DestinationForm }) {
  const [made, setMade] = useState<string | null>(null);
  const { signingSecret } = form.values;
  const make = () => {
    const secret = createSigningSecret((bytes) => crypto.getRandomValues(bytes));
    setMade(secret);
    form.setFieldValue('signingSecret', secret);
  };
  return (
    <Stack gap="xs">
      <SecretInput
        what="the signing secret"
        label="Signing secret"
        description="Optional. Every request is signed as Standard Webhooks defines, so that the receiver can check that it comes from Tocsin."
        placeholder="whsec_…"
        {...form.getInputProps('signingSecret')}
      />
      <Group gap="xs">
        <Button variant="default" size="xs" onClick={make}>
          Generate signing secret
        </Button>
        {signingSecret !== '' && (
          <Button variant="default" size="xs" onClick={() => form.setFieldValue('signingSecret', '')}>
            Use no secret
          </Button>
        )}
      </Group>
      {made !== null && made === signingSecret && (
        <Stack gap={4} role="status">
          <Text size="sm">
            Copy it to the receiver now: it is not shown again after the destination is saved.
          </Text>
          <CodeBlock text={made} what="the signing secret" />
        </Stack>
      )}
    </Stack>
  );
}
