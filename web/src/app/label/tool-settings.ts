/** What somebody's tools are set to, as this browser remembers it from one picture to the next. */

import { isValueOf, type SettingValues, type Tool } from '../../core/index.ts'
import { readRecord, writePreference } from '../preference.ts'

const nameFor = (userId: string): string => `tool-settings.${userId}`

/** Only what the tools of today can be set to. */
export function readToolSettings(userId: string, tools: readonly Tool[]): SettingValues {
  const stored = readRecord(nameFor(userId))
  const settings = tools.flatMap((tool) => tool.settings)
  const fitting = settings.flatMap((setting) => {
    const value = stored[setting.id]
    return isValueOf(setting, value) ? [[setting.id, value] as const] : []
  })
  return Object.fromEntries(fitting)
}

export function writeToolSettings(userId: string, values: SettingValues): void {
  writePreference(nameFor(userId), Object.keys(values).length === 0 ? null : JSON.stringify(values))
}
