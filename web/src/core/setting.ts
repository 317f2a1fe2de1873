// What a tool can be set to. A setting is a value of a registry; what it is set to lives in the editor's state, and
// one that several tools state has one value for all of them.

import type { Scene } from './scene.ts'

interface Named {
  /** The same for all tools that share its value. */
  readonly id: string
  readonly name: string
  /** Whether it means anything now; left out: always. */
  applies?(scene: Scene): boolean
}

export interface NumberSetting extends Named {
  readonly kind: 'number'
  readonly initial: number
  readonly minimum: number
  readonly maximum: number
  /** The smallest step; all values are multiples of it. */
  readonly step: number
  /** Large values take steps of this part of them, 0.1 for a tenth. */
  readonly growth?: number
  readonly unit: string
  /** Strokes that make it smaller and larger. */
  readonly keys: readonly [smaller: readonly string[], larger: readonly string[]]
  /** Whether Alt and the wheel step it; one of a tool at most. */
  readonly wheel: boolean
}

export interface ToggleSetting extends Named {
  readonly kind: 'toggle'
  readonly initial: boolean
  /** Strokes that turn it on and off. */
  readonly keys: readonly string[]
}

export interface ChoiceSetting<Option extends string = string> extends Named {
  readonly kind: 'choice'
  readonly initial: Option
  readonly options: readonly { readonly id: Option; readonly name: string }[]
  /** Strokes that go on to the next option. */
  readonly keys: readonly string[]
}

export type Setting = NumberSetting | ToggleSetting | ChoiceSetting
export type SettingValue = number | boolean | string
/** By the setting's id; one that is not there is as it was initially. */
export type SettingValues = Readonly<Record<string, SettingValue>>

/** What a setting is set to: always a value that it may have. */
export function valueOf<Option extends string>(setting: ChoiceSetting<Option>, values: SettingValues): Option
export function valueOf(setting: NumberSetting, values: SettingValues): number
export function valueOf(setting: ToggleSetting, values: SettingValues): boolean
export function valueOf(setting: Setting, values: SettingValues): SettingValue
export function valueOf(setting: Setting, values: SettingValues): SettingValue {
  const value = Object.hasOwn(values, setting.id) ? values[setting.id] : undefined
  return value !== undefined && isValueOf(setting, value) ? value : setting.initial
}

export function isValueOf(setting: Setting, value: unknown): value is SettingValue {
  switch (setting.kind) {
    case 'number':
      return typeof value === 'number' && nearest(setting, value) === value
    case 'toggle':
      return typeof value === 'boolean'
    case 'choice':
      return setting.options.some(({ id }) => id === value)
  }
}

/** Numbers are brought into range and onto a step; what else does not fit changes nothing. */
export function withValue(values: SettingValues, setting: Setting, value: SettingValue): SettingValues {
  const fitting = setting.kind === 'number' && typeof value === 'number' ? nearest(setting, value) : value
  if (!isValueOf(setting, fitting) || fitting === valueOf(setting, values)) return values
  return { ...values, [setting.id]: fitting }
}

function nearest({ minimum, maximum, step }: NumberSetting, value: number): number {
  const steps = Math.round((value - minimum) / step)
  return Math.min(Math.max(rounded(minimum + steps * step), minimum), maximum)
}

/** Without the last digits, in which sums of decimal fractions go wrong. */
function rounded(value: number): number {
  return Math.round(value * 1e9) / 1e9
}

/** A number by so many steps; a toggle flips and a choice goes round, by one. */
export function stepped(values: SettingValues, setting: Setting, steps: number): SettingValues {
  switch (setting.kind) {
    case 'number':
      return withValue(values, setting, steppedNumber(setting, valueOf(setting, values), steps))
    case 'toggle':
      return withValue(values, setting, !valueOf(setting, values))
    case 'choice': {
      const ids = setting.options.map(({ id }) => id)
      const next = ids[(ids.indexOf(valueOf(setting, values)) + 1) % ids.length]
      return withValue(values, setting, next!)
    }
  }
}

function steppedNumber({ step, growth = 0 }: NumberSetting, value: number, steps: number): number {
  let result = value
  for (let turn = 0; turn < Math.abs(steps); turn += 1) {
    const part = Math.max(1, Math.round((Math.abs(result) * growth) / step)) * step
    result += Math.sign(steps) * part
  }
  return result
}

/** One thing that keys do to a setting, with the strokes that it states. */
export interface KeyStep {
  readonly id: string
  readonly name: string
  readonly steps: 1 | -1
  readonly keys: readonly string[]
}

export function keyStepsOf(setting: Setting): readonly KeyStep[] {
  const { id, name } = setting
  if (setting.kind !== 'number') return [{ id, name, steps: 1, keys: setting.keys }]
  const [smaller, larger] = setting.keys
  return [
    { id: `${id}.smaller`, name: `${name} smaller`, steps: -1, keys: smaller },
    { id: `${id}.larger`, name: `${name} larger`, steps: 1, keys: larger },
  ]
}
