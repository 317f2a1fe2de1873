// Ids are UUIDs of version 7: they sort by the time of their making. Clock and randomness come in as arguments.

/** Fills the bytes with randomness, as crypto.getRandomValues does. */
export type FillRandom = (bytes: Uint8Array<ArrayBuffer>) => unknown

const COUNTER_END = 0x1000

/** Makes ids that grow strictly, also within one millisecond and when the clock goes back. */
export function idMaker(nowMs: () => number, fill: FillRandom): () => string {
  let time = 0
  let counter = 0
  return () => {
    const now = Math.floor(nowMs())
    if (now > time) {
      time = now
      counter = 0
    } else if ((counter += 1) === COUNTER_END) {
      time += 1
      counter = 0
    }
    return uuidv7(time, counter, fill)
  }
}

/** RFC 9562: 48 bits of milliseconds, 12 bits of `counter`, 62 random bits. */
export function uuidv7(timeMs: number, counter: number, fill: FillRandom): string {
  const random = new Uint8Array(8)
  fill(random)
  random[0] = (random[0]! & 0x3f) | 0x80
  const time = hex(timeMs, 12)
  const tail = Array.from(random, (byte) => hex(byte, 2)).join('')
  return `${time.slice(0, 8)}-${time.slice(8)}-7${hex(counter, 3)}-${tail.slice(0, 4)}-${tail.slice(4)}`
}

/** The millisecond in which an id of version 7 was made. */
export function timeOfId(id: string): number {
  return Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16)
}

function hex(value: number, digits: number): string {
  return value.toString(16).padStart(digits, '0')
}
