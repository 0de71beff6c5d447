import { Button, Menu } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { IconChevronDown, IconLogout } from '@tabler/icons-react';
import { summaryOf } from '../api/problem-message.ts';
import { useSession, useSignOut } from '../session/session.tsx';

/** Shows who is signed in, with the button to sign out. */
export function AccountMenu() {
  const { session } = useSession();
  const signOut = useSignOut();
  const leave = () =>
    signOut().catch((error: unknown) =>
      notifications.show({
        color: 'red',
        title: 'You are still signed in',
        message: summaryOf(error).message,
      }),
    );
  return (
    <Menu position="bottom-end" withinPortal>
      <Menu.Target>
        <Button
          variant="subtle"
          color="gray"
          size="compact-md"
          rightSection={<IconChevronDown size={14} aria-hidden />}
          maw={260}
        >
          {session.keyName}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>{session.scopes.join(', ')}</Menu.Label>
        <Menu.Item leftSection={<IconLogout size={16} aria-hidden />} onClick={leave}>
          Sign out
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
