import { Center, Loader, VisuallyHidden } from '@mantine/core';

/** Shown while a page loads. */
export function PageLoader({ label }: { label: string }) {
  return (
    <Center mih="60vh" role="status">
      <Loader aria-hidden />
      <VisuallyHidden>{label}…</VisuallyHidden>
    </Center>
  );
}
