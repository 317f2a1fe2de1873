/**
 * The two halves of the application. A start page brings the half of its address, so that the other does not stand
 * before the first paint; that one is fetched when somebody goes there.
 */

import type { Component } from 'svelte'

export type RoomName = 'pages' | 'label'
export type Room = Component<Record<string, unknown>>

const here = new Map<RoomName, Room>()

const LOADERS: Readonly<Record<RoomName, () => Promise<{ default: unknown }>>> = {
  pages: () => import('./shell/Shell.svelte'),
  label: () => import('./label/LabelMode.svelte'),
}

export function bring(name: RoomName, room: unknown): Room {
  here.set(name, room as Room)
  return room as Room
}

export function findRoom(name: RoomName): Room | undefined {
  return here.get(name)
}

export async function loadRoom(name: RoomName): Promise<Room> {
  return bring(name, (await LOADERS[name]()).default)
}
