/** Finds names by some of their letters, in order: better where words begin and where letters follow each other. */

const START = 8
const FOLLOWS = 5

/** How well a name fits what was typed; null when it does not. */
export function scoreOf(query: string, name: string): number | null {
  let total = 0
  for (const word of query.toLowerCase().split(/\s+/).filter(Boolean)) {
    const score = wordScore(word, name.toLowerCase())
    if (score === null) return null
    total += score
  }
  return total
}

/** The best of all places where the first letter stands. */
function wordScore(word: string, name: string): number | null {
  let best: number | null = null
  for (let at = name.indexOf(word[0]!); at >= 0; at = name.indexOf(word[0]!, at + 1)) {
    const score = scoreFrom(word, name, at)
    if (score !== null && (best === null || score > best)) best = score
  }
  return best
}

function scoreFrom(word: string, name: string, from: number): number | null {
  let [score, last] = [0, from - 2]
  for (const letter of word) {
    const at = name.indexOf(letter, Math.max(from, last + 1))
    if (at < 0) return null
    if (at === last + 1) score += FOLLOWS
    if (at === 0 || name[at - 1] === ' ') score += START
    score += 1 - Math.min(at - Math.max(last, from), 10) / 10
    last = at
  }
  return score
}

/** What fits, best first; without a query everything as it stands. */
export function found<Item extends { readonly name: string }>(
  items: readonly Item[],
  query: string,
): readonly Item[] {
  if (query.trim() === '') return items
  return items
    .flatMap((item) => {
      const score = scoreOf(query, item.name)
      return score === null ? [] : [{ item, score: score - item.name.length / 1000 }]
    })
    .sort((a, b) => b.score - a.score)
    .map(({ item }) => item)
}
