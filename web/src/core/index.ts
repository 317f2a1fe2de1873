// What the rooms to the left (tools, canvas, api, app) use of the core.

export * from './answers.ts'
export * from './configuration.ts'
export { stepping, type Direction } from './depth.ts'
export * from './difference.ts'
export * from './document.ts'
export type * from './drawable.ts'
export * from './driver.ts'
export * from './edits.ts'
export * from './editor.ts'
export * from './event.ts'
export { createIndex, type HitIndex, type LiveIndex } from './hits.ts'
export type { History, Step } from './history.ts'
export * from './ids.ts'
export * from './keys.ts'
export * from './merge.ts'
export * from './nesting.ts'
export type * from './operation.ts'
export * from './place.ts'
export { whyNotUsed, type Scene } from './scene.ts'
export * from './setting.ts'
export type { EditorState, Start } from './state.ts'
export type * from './tool.ts'
export {
  issuesOf,
  issuesOfAnnotation,
  messageOf,
  warningsOf,
  type Issue,
  type IssueCode,
  type Rules,
} from './validation.ts'
