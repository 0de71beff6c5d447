import type { Commit } from './committer.ts';

/**
 * What a commit without room leaves waiting is released once there is room. Room that came back during the commit has woken
 * nobody for it, so this looks once more.
 *
 * @param deps.wake who releases what waits
 */
export function wakeWhereRoomIsBack(
  commit: Commit,
  { hasRoom, wake }: { hasRoom(): Promise<boolean>; wake(): void },
): Commit {
  return async (kind, change, options) => {
    const committed = await commit(kind, change, options);
    if (!options.hasRoom && (await hasRoom())) wake();
    return committed;
  };
}
