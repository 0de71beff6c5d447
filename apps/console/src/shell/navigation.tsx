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
import { type Session, useSession } from './session.tsx';

type Icon = ComponentType<{ size?: number; 'aria-hidden'?: boolean }>;

interface Entry {
  to: string;
  label: string;
  icon: Icon;
  scope?: Session['scopes'][number];
}

const PAGES: readonly Entry[] = [
  { to: '/', label: 'Overview', icon: IconLayoutDashboard },
  { to: '/alerts', label: 'Alerts', icon: IconBell, scope: 'alerts:read' },
  { to: '/deliveries', label: 'Deliveries', icon: IconSend, scope: 'alerts:read' },
  {
    to: '/destinations',
    label: 'Destinations',
    icon: IconBuildingBroadcastTower,
    scope: 'destinations:read',
  },
  { to: '/routing', label: 'Routing preview', icon: IconRoute, scope: 'alerts:read' },
  { to: '/api-keys', label: 'API keys', icon: IconKey, scope: 'admin' },
  { to: '/audit-log', label: 'Audit log', icon: IconClipboardList, scope: 'admin' },
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
  const isActive = (to: string) =>
    to === '/' ? pathname === '/' : pathname === to || pathname.startsWith(`${to}/`);
  return (
    <nav aria-label="Pages">
      {PAGES.filter(({ scope }) => scope === undefined || may(scope)).map(({ to, label, icon: Icon }) => (
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
      {OTHERS.map(({ to, label, icon: Icon }) => (
        <NavLink key={to} href={to} label={label} leftSection={<Icon size={18} aria-hidden />} />
      ))}
    </nav>
  );
}
