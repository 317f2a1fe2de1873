/** What somebody's tools are set to, as this browser remembers it from one picture to the next. */

import { isValueOf, type SettingValues, type Tool } from '../../core/index.ts'
import { readPreference, writePreference } from '../preference.ts'

const nameFor = (userId: string): string => `tool-settings.${userId}`

/** Only what the tools of today can be set to. */
export function readToolSettings(userId: string, tools: readonly Tool[]): SettingValues {
  const stored = parsed(readPreference(nameFor(userId)))
  const settings = tools.flatMap((tool) => tool.settings)
  const fitting = settings.flatMap((setting) => {
    const value = stored[setting.id]
    return isValueOf(setting, value) ? [[setting.id, value] as const] : []
  })
  return Object.fromEntries(fitting)
}

function parsed(text: string | null): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text ?? '{}')
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
  } catch {
    return {}
  }
}

export function writeToolSettings(userId: string, values: SettingValues): void {
  writePreference(nameFor(userId), Object.keys(values).length === 0 ? null : JSON.stringify(values))
}
