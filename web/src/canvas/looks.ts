/** How shapes look: the class colour between casings that keep it readable on any picture. Widths are CSS pixels. */

export interface Look {
  readonly stroke: string
  readonly fill: string
  /** The fill where a segment is shown as pixels: there is no line through them, so they are stronger. */
  readonly cells: string
  readonly width: number
  /** A wider line under the stroke, null for none. */
  readonly casing: { readonly color: string; readonly width: number } | null
  /** Radius of the marker of a point. */
  readonly marker: number
}

/** The looks of one class; `thin` is for thousands of shapes in view. */
export interface Looks {
  readonly plain: Look
  readonly thin: Look
  readonly hovered: Look
  readonly selected: Look
  readonly drawing: Look
}

/** What a person likes: the opacity of fills in per cent, the width of outlines in CSS pixels. */
export interface LabelStyle {
  readonly fill: number
  readonly width: number
}

export const PLAIN_STYLE: LabelStyle = { fill: 16, width: 1.75 }

const DARK_CASING = 'rgb(9 11 15 / 72%)'
const LIGHT_CASING = 'rgb(255 255 255 / 82%)'

/** Colours for classes that have none of their own: apart from one another, also for most colour-blind people. */
const SPARE = [
  '#e8604c',
  '#4c9be8',
  '#f2b134',
  '#3fb68b',
  '#a678de',
  '#e26fa8',
  '#7fb93d',
  '#2fb5c7',
  '#d98445',
]

export function spareColor(index: number): string {
  return SPARE[index % SPARE.length]!
}

export function looksOf(color: string, style: LabelStyle = PLAIN_STYLE): Looks {
  const { width } = style
  const cover = style.fill / 100
  const casing = luminance(color) > 0.22 ? DARK_CASING : LIGHT_CASING
  const look = (line: number, opacity: number, marker: number, rim: string | null): Look => ({
    stroke: color,
    fill: translucent(color, Math.min(1, opacity)),
    cells: translucent(color, Math.min(1, opacity + 1.6 * cover)),
    width: line,
    casing: rim === null ? null : { color: rim, width: line + 2 },
    marker,
  })
  return {
    plain: look(width, cover, 4.5, casing),
    thin: look(Math.max(0.5, width - 0.75), cover * 1.375, 3, null),
    hovered: look(width + 0.75, cover + 0.14, 5.5, casing),
    selected: {
      ...look(width + 0.75, cover + 0.14, 6, LIGHT_CASING),
      casing: { color: '#ffffff', width: width + 3.75 },
    },
    drawing: look(width + 0.25, cover + 0.04, 5, casing),
  }
}

/** `#rrggbb` with an opacity from 0 to 1. */
export function translucent(color: string, opacity: number): string {
  const [r, g, b] = channels(color)
  return `rgb(${r} ${g} ${b} / ${Math.round(opacity * 100)}%)`
}

/** Relative luminance after WCAG 2, from 0 to 1. */
export function luminance(color: string): number {
  const [r, g, b] = channels(color).map((value) => {
    const part = value / 255
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4
  }) as [number, number, number]
  return 0.2126 * r + 0.7152 * g + 0.0722 * b
}

function channels(color: string): [number, number, number] {
  const value = Number.parseInt(color.slice(1), 16)
  return [(value >> 16) & 255, (value >> 8) & 255, value & 255]
}
