import { Divider, NavLink } from '@mantine/core';
import {
  IconBell,
  IconBook,
  IconBuildingBroadcastTower,
  IconClipboardList,
  IconKey,
  IconLayoutDashboard,
  IconRoute,
  IconSend,
  IconStack2,
} from '@tabler/icons-react';
import type { ComponentType } from 'react';
import { Link, useLocation } from 'react-router';
import { useSession } from '../session/session.tsx';
import { PAGE_SCOPES } from './page-scopes.ts';

type Icon = ComponentType<{ size?: number; 'aria-hidden'?: boolean }>;

interface Entry {
  to: string;
  label: string;
  icon: Icon;
}

const PAGES: readonly Entry[] = [
  { to: '/', label: 'Overview', icon: IconLayoutDashboard },
  { to: '/alerts', label: 'Alerts', icon: IconBell },
  { to: '/deliveries', label: 'Deliveries', icon: IconSend },
  { to: '/destinations', label: 'Destinations', icon: IconBuildingBroadcastTower },
  { to: '/routing', label: 'Routing preview', icon: IconRoute },
  { to: '/api-keys', label: 'API keys', icon: IconKey },
  { to: '/audit-log', label: 'Audit log', icon: IconClipboardList },
];

/** Pages of this origin that are not part of the console itself. */
const OTHERS: readonly Entry[] = [
  { to: '/queues', label: 'Queues', icon: IconStack2 },
  { to: '/docs', label: 'API reference', icon: IconBook },
];

/** The way to every page that the signed-in key may see. */
export function Navigation() {
  const { may } = useSession();
  const { pathname } = useLocation();
  const isOpen = ({ to }: Entry) => {
    const scope = PAGE_SCOPES[to];
    return scope === undefined || may(scope);
  };
  const isActive = (to: string) =>
    to === '/' ? pathname === '/' : pathname === to || pathname.startsWith(`${to}/`);
  return (
    <nav aria-label="Pages">
      {PAGES.filter(isOpen).map(({ to, label, icon: Icon }) => (
        <NavLink
          key={to}
          component={Link}
          to={to}
          label={label}
          leftSection={<Icon size={18} aria-hidden />}
          active={isActive(to)}
          {...(isActive(to) ? { 'aria-current': 'page' as const } : {})}
        />
      ))}
      <Divider my="xs" />
      {OTHERS.filter(isOpen).map(({ to, label, icon: Icon }) => (
        <NavLink key={to} href={to} label={label} leftSection={<Icon size={18} aria-hidden />} />
      ))}
    </nav>
  );
}
