/** The start page of everything but label mode. */

import Shell from './app/shell/Shell.svelte'
import { bring } from './app/rooms.ts'
import { start } from './start.ts'

bring('pages', Shell)
start()
