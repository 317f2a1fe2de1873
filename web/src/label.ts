/** The start page of label mode. */

import { drafts } from './app/drafts/store.ts'
import LabelMode from './app/label/LabelMode.svelte'
import { bring } from './app/rooms.ts'
import { start } from './start.ts'

// Nothing is shown before what this browser keeps is known, and opening its database takes a while.
void drafts()
bring('label', LabelMode)
start()
