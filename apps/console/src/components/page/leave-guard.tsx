import { Button, Group, Modal, Text } from '@mantine/core';
import { useEffect, useRef } from 'react';
import { useBlocker } from 'react-router';

export interface LeaveGuard {
  /** Allows the next navigation: the changes have just been saved, or their subject was deleted. */
  letGo: () => void;
  /** The dialog, to be placed anywhere on the page. */
  modal: React.ReactNode;
}

/**
 * Asks before unsaved changes are left behind, by a link, by the browser's history, or by closing the tab.
 *
 * @param hasChanges whether there is something to lose
 */
export function useLeaveGuard(hasChanges: boolean): LeaveGuard {
  const isLetGo = useRef(false);
  const blocker = useBlocker(
    ({ currentLocation, nextLocation }) =>
      hasChanges &&
      !isLetGo.current &&
      `${currentLocation.pathname}${currentLocation.search}` !==
        `${nextLocation.pathname}${nextLocation.search}`,
  );
  useEffect(() => {
    if (!hasChanges) return;
    const ask = (event: BeforeUnloadEvent) => event.preventDefault();
    window.addEventListener('beforeunload', ask);
    return () => window.removeEventListener('beforeunload', ask);
  }, [hasChanges]);
  const stay = () => blocker.reset?.();
  const modal = (
    <Modal opened={blocker.state === 'blocked'} onClose={stay} title="Leave without saving?" centered>
      <Text>Your changes are not saved and will be lost.</Text>
      <Group justify="flex-end" mt="lg">
        <Button variant="default" onClick={stay} data-autofocus>
          Stay
        </Button>
        <Button color="red.9" onClick={() => blocker.proceed?.()}>
          Leave without saving
        </Button>
      </Group>
    </Modal>
  );
  return {
    letGo: () => {
      isLetGo.current = true;
    },
    modal,
  };
}
