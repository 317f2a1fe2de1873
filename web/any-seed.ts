/** What properties draw is the same on every machine and in every run; ANY_SEED draws something else. */

import fc from 'fast-check'
import process from 'node:process'

fc.configureGlobal({ seed: Number(process.env['ANY_SEED'] ?? 1) })
