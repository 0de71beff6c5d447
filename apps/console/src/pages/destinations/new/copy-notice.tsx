import { Alert } from '@mantine/core';
import { IconCopy } from '@tabler/icons-react';
import type { Destination } from '../../../api/client.ts';

/** Says what a copy does not have. */
export function CopyNotice({ from }: { from: Destination }) {
  const missing = [
    ...(from.headers.length > 0 ? ['enter the values of its headers again'] : []),
    ...(from.signingSecret === null ? [] : ['give it a signing secret of its own under “Advanced settings”']),
  ];
  return (
    <Alert color="blue" icon={<IconCopy aria-hidden />} title="A copy, without its secrets">
      These are the settings of “<bdi>{from.displayName}</bdi>”. Secrets are never copied
      {missing.length === 0 ? '; it has none.' : `: ${missing.join(', and ')}.`}
    </Alert>
  );
}
