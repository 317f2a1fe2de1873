// Derived data is kept beside the immutable value it comes from, so it cannot go stale.

/** What `make` says about a value, remembered as long as the value lives: values never change. */
export function remembered<Value extends object, Result>(
  make: (value: Value) => Result,
): (value: Value) => Result {
  const known = new WeakMap<Value, Result>()
  return (value) => {
    const found = known.get(value)
    if (found !== undefined) return found
    const result = make(value)
    known.set(value, result)
    return result
  }
}
